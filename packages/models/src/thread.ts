import { once } from "node:events";
import { type Transferable, Worker } from "node:worker_threads";
import { SluiceError } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import type { Answer, Blueprint, FromWorker, GraphInfo, Request } from "./messages.ts";

// Official builds of onnxruntime tell their maker of each session, over whatever link there is: bytes that nobody granted. It
// asks once, when a thread loads it, and asks the process: what a thread sets for itself it would not see.
process.env["ORT_DISABLE_TELEMETRY"] = "1";

export interface Job {
  readonly request: Request;
  readonly transfer: Transferable[];
  resolve(answer: Answer): void;
  reject(error: SluiceError): void;
}

export interface Patience {
  readonly clock: Clock;
  /** A run that takes longer has hung. */
  readonly hungAfterMs: number;
  /** Loading and warming up may take this long. */
  readonly loadWithinMs: number;
}

export interface ThreadEvents {
  onIdle(thread: Thread): void;
  /** It crashed, hung or never loaded, and takes no more jobs. */
  onLost(thread: Thread, error: SluiceError): void;
  /** It is no longer running: after {@link ThreadEvents.onLost} of one that hung, perhaps much later, or never. */
  onGone(thread: Thread): void;
}

type State = "loading" | "idle" | "busy" | "closing" | "lost";

/**
 * One worker thread and what it is doing. A thread that hangs inside a run is left alone, since ending it there would
 * abort the process; should it ever finish, it is closed.
 */
export class Thread {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #patience: Patience;
  readonly #events: ThreadEvents;
  readonly #exited: Promise<unknown>;
  readonly #loaded = Promise.withResolvers<GraphInfo>();
  #state: State = "loading";
  #job: Job | undefined;
  #stopWatch: () => void;

  constructor(blueprint: Blueprint, patience: Patience, events: ThreadEvents) {
    this.#name = blueprint.name;
    this.#patience = patience;
    this.#events = events;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: blueprint });
    this.#exited = once(this.#worker, "exit").catch(() => undefined);
    this.#loaded.promise.catch(() => undefined);
    this.#worker.on("message", (message: FromWorker) => this.#receive(message));
    this.#worker.on("error", (error) => this.#lose("internal", `a worker crashed: ${error.message}`));
    this.#worker.on("exit", () => this.#exit());
    const { clock, loadWithinMs } = patience;
    this.#stopWatch = clock.after(loadWithinMs, () => {
      this.#lose("model-unloadable", `not loaded within ${loadWithinMs} ms`);
    });
  }

  /** Resolves once the model is loaded and warm; rejects with why it is not. */
  get loaded(): Promise<GraphInfo> {
    return this.#loaded.promise;
  }

  get isBusy(): boolean {
    return this.#state === "busy";
  }

  /** Only for an idle thread. */
  run(job: Job): void {
    this.#state = "busy";
    this.#job = job;
    const { clock, hungAfterMs } = this.#patience;
    this.#stopWatch = clock.after(hungAfterMs, () => this.#lose("internal", `a run took more than ${hungAfterMs} ms`));
    this.#worker.postMessage(job.request, job.transfer);
  }

  /** Only for an idle thread: releases the session, then lets the thread end. */
  async close(): Promise<void> {
    this.#state = "closing";
    this.#worker.postMessage({ kind: "close" }, []);
    await this.#exited;
  }

  #receive(message: FromWorker): void {
    if (this.#state === "lost") return this.#worker.postMessage({ kind: "close" }, []);
    this.#stopWatch();
    if (this.#state === "loading" && message.kind === "failed") return this.#lose(message.code, message.message, "");
    const job = this.#job;
    this.#job = undefined;
    this.#state = "idle";
    if (message.kind === "ready") this.#loaded.resolve(message.graph);
    else if (message.kind === "failed") job?.reject(new SluiceError(message.code, message.message));
    else job?.resolve(message);
    this.#events.onIdle(this);
  }

  #lose(code: SluiceError["code"], what: string, prefix = `${this.#name}: `): void {
    if (this.#state === "lost") return;
    const error = new SluiceError(code, `${prefix}${what}`);
    this.#stopWatch();
    this.#state = "lost";
    this.#worker.unref();
    this.#loaded.reject(error);
    this.#job?.reject(error);
    this.#events.onLost(this, error);
  }

  #exit(): void {
    if (this.#state !== "closing") this.#lose("internal", "a worker ended unexpectedly");
    this.#events.onGone(this);
  }
}
