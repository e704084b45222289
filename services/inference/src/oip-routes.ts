import { asSluiceError, type ErrorCode, limits, SluiceError } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import type { Http, Metrics, Reply } from "@sluice/observability";
import { type InferRequest, metadataOf, outputOf, readInferRequest } from "./oip-tensor.ts";
import type { Pipeline } from "./pipeline.ts";
import { Register } from "./register.ts";
import type { Answer, Caller } from "./visit.ts";

/**
 * Inference requests over HTTP at once, for all models: their bodies are large. One more is refused before its body is
 * read. In queue and batches all of HTTP counts as one source, so that it cannot crowd out the devices.
 */
const requestsAtOnce = 4;
/** The protocol has no deadlines; nobody waits longer for an answer. */
const patienceMs = 30_000;

const statusOf: Partial<Record<ErrorCode, number>> = {
  "bad-request": 400,
  "unknown-model": 404,
  "too-large": 413,
  overloaded: 429,
  draining: 503,
  expired: 504,
};

type Named = { Params: { name: string } };

export interface ProtocolParts {
  readonly http: Http;
  readonly pipelines: readonly Pipeline[];
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Open Inference Protocol v2 over REST (github.com/kserve/open-inference-protocol), for one image at a time. */
export function serveProtocol({ http, pipelines, clock, metrics }: ProtocolParts, isReady: () => boolean): void {
  const pipelineOf = (name: string) => {
    const found = pipelines.find((pipeline) => pipeline.name === name);
    const known = pipelines.map((pipeline) => pipeline.name).join(", ") || "none yet";
    if (!found) throw new SluiceError("unknown-model", `no model "${name}" is served here; there is: ${known}`);
    return found;
  };
  const strangers = new Register("(unknown)", metrics);
  const registerOf = (name: string) => pipelines.find((pipeline) => pipeline.name === name)?.register ?? strangers;
  const takePlace = placesFor(requestsAtOnce);

  void http.app.register(async (app) => {
    app.setErrorHandler((error, _, reply) => sendError(reply, toError(error)));
    app.get("/v2", () => ({ name: "sluice", version: "0.1.0", extensions: [] }));
    app.get("/v2/health/live", () => ({ live: true }));
    app.get("/v2/health/ready", (_, reply) => reply.code(isReady() ? 200 : 503).send({ ready: isReady() }));
    app.get<Named>("/v2/models/:name", (request) => metadata(pipelineOf(request.params.name)));
    app.get<Named>("/v2/models/:name/ready", (request) => ({
      name: pipelineOf(request.params.name).name,
      ready: true,
    }));
    app.post<Named>(
      "/v2/models/:name/infer",
      {
        bodyLimit: limits.tensorBodyBytes,
        onRequest: async (request, reply) => {
          pipelineOf(request.params.name);
          takePlace(reply);
        },
        // Whatever goes wrong before the pipeline has the request is counted here.
        errorHandler: (error, request, reply) => {
          const known = toError(error);
          registerOf(request.params.name).refusedUnread("http", known.code);
          void sendError(reply, known);
        },
      },
      (request, reply) => {
        const pipeline = pipelineOf(request.params.name);
        const asked = readInferRequest(request.body, pipeline.slot.model);
        const traceparent = [request.headers["traceparent"]].flat()[0];
        return infer(pipeline, asked, traceparent, reply, clock.monotonicMs() + patienceMs);
      },
    );
  });
}

/** Holds a place until the response has ended; throws `overloaded` where there is none. */
function placesFor(count: number): (reply: Reply) => void {
  let taken = 0;
  return (reply) => {
    if (taken >= count) throw new SluiceError("overloaded", `${count} requests over HTTP are under way already`);
    taken++;
    reply.raw.once("close", () => taken--);
  };
}

function metadata({ name, slot: { model } }: Pipeline) {
  return {
    name,
    platform: "onnx_onnxv1",
    inputs: model.inputs.map(metadataOf),
    outputs: model.outputs.map(metadataOf),
  };
}

function infer(
  pipeline: Pipeline,
  asked: InferRequest,
  traceparent: string | undefined,
  reply: Reply,
  deadlineMs: number,
): Promise<unknown> {
  return new Promise((resolve) => {
    const caller: Caller = {
      transport: "http",
      source: "http",
      traceparent,
      answer(answer) {
        const isThere = !reply.raw.destroyed;
        resolve(reply.send(bodyOf(answer, asked)));
        return isThere;
      },
      refuse: (error, retryAfterMs) => resolve(sendError(reply, error, retryAfterMs)),
    };
    pipeline.admit(caller, asked.tensor, deadlineMs);
  });
}

function bodyOf({ model, finding }: Answer, { id, outputs }: InferRequest) {
  if (finding.kind !== "tensors") throw new SluiceError("internal", "a tensor was answered with detections");
  const wanted = finding.tensors.filter(({ name }) => outputs?.includes(name) ?? true);
  return { model_name: model.name, ...(id !== undefined && { id }), outputs: wanted.map(outputOf) };
}

/** The protocol's form of an error. */
function sendError(reply: Reply, error: SluiceError, retryAfterMs = 1_000): Reply {
  const status = statusOf[error.code] ?? 500;
  if (status === 429 || status === 503) reply.header("retry-after", Math.max(1, Math.ceil(retryAfterMs / 1e3)));
  return reply.code(status).send({ error: `${error.code}: ${error.message}. ${error.cure}` });
}

/** The framework's own refusals: a body too large, not JSON, of an unknown type. */
function toError(error: unknown): SluiceError {
  const { statusCode, message } = error as { statusCode?: number; message: string };
  if (statusCode === 413) return new SluiceError("too-large", `the limit is ${limits.tensorBodyBytes} bytes`);
  if (statusCode !== undefined && statusCode < 500) return new SluiceError("bad-request", message);
  return asSluiceError(error);
}
