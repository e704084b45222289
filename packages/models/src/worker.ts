import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Engine } from "./engine.ts";
import { type Answer, type Blueprint, type Failure, type Request, type ToWorker, WorkerFailure } from "./messages.ts";

/** A worker thread with one session. The pool sends one request at a time, and `close` only between requests. */
async function serve(port: MessagePort, blueprint: Blueprint): Promise<void> {
  const engine = await Engine.open(blueprint).catch((error: unknown) => {
    port.postMessage(failure(error, blueprint), []);
    return undefined;
  });
  if (!engine) return port.close();
  port.on("message", (message: ToWorker) => {
    if (message.kind === "close") void engine.close().then(() => port.close());
    else
      void answer(engine, message).then(send(port), (error: unknown) =>
        port.postMessage(failure(error, blueprint), []),
      );
  });
  port.postMessage({ kind: "ready", graph: engine.info }, []);
}

function answer(engine: Engine, request: Request): Promise<Answer> {
  return request.kind === "detect" ? engine.detect(request.pictures) : engine.infer(request.data, request.shape);
}

const send = (port: MessagePort) => (reply: Answer) => {
  const transfer = reply.kind === "inferred" ? reply.tensors.map((tensor) => tensor.data.buffer as ArrayBuffer) : [];
  port.postMessage(reply, transfer);
};

function failure(error: unknown, { name }: Blueprint): Failure {
  if (error instanceof WorkerFailure) return { kind: "failed", code: error.code, message: error.message };
  return { kind: "failed", code: "internal", message: `${name}: ${(error as Error).message}` };
}

await serve(parentPort!, workerData as Blueprint);
