import { type ErrorCode, SluiceError } from "@sluice/contracts";
import type { Model, NamedTensor } from "@sluice/models";
import type { Span, Tracing } from "@sluice/observability";
import type { Detection, Part, Picture } from "@sluice/vision";

export interface Tensor {
  readonly kind: "tensor";
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What is in this encoded picture, which may be a part of a larger one. */
export interface Image {
  readonly kind: "image";
  readonly bytes: Uint8Array;
  readonly part?: Part | undefined;
}

/** What is asked: what is in a picture, or what the graph makes of a tensor. */
export type Question = Image | Tensor;

/** What the model finds in a picture, or answers to a tensor. */
export type Finding =
  | { readonly kind: "detections"; readonly picture: Picture; readonly detections: readonly Detection[] }
  | { readonly kind: "tensors"; readonly tensors: readonly NamedTensor[] };

/** A finding and how it came about. */
export interface Answer {
  readonly model: Model;
  readonly finding: Finding;
  /** Requests that were computed together. */
  readonly batch: number;
  /** All the time that was neither decoding nor computing. */
  readonly queueMs: number;
  readonly decodeMs: number;
  readonly computeMs: number;
}

export type Transport = "nats" | "http";

/** Whoever asks. One of the two functions is called, once. */
export interface Caller {
  readonly transport: Transport;
  /** Those of one source share its places in queue and batches: a stream of a device, or all of HTTP. */
  readonly source: string;
  readonly traceparent: string | undefined;
  /** False if the answer cannot be delivered any more. */
  answer(answer: Answer): boolean;
  refuse(error: SluiceError, retryAfterMs?: number): void;
}

/** What a visit begins with. Times on the monotonic clock. */
export interface Opening {
  readonly caller: Caller;
  readonly question: Question;
  readonly arrivedMs: number;
  readonly deadlineMs: number;
  readonly tracing: Tracing;
  /** Told of the end: without a code, the request was answered. */
  leave(code?: ErrorCode): void;
}

/** A request in the house, from its arrival to the one answer or refusal that it gets; a second one is ignored. */
export class Visit {
  readonly question: Question;
  readonly source: string;
  readonly arrivedMs: number;
  readonly deadlineMs: number;
  readonly #opening: Opening;
  readonly #span: Span;
  #stage: Span | undefined;
  #isOpen = true;

  constructor(opening: Opening) {
    const { caller, question, arrivedMs, deadlineMs, tracing } = opening;
    this.question = question;
    this.source = caller.source;
    this.arrivedMs = arrivedMs;
    this.deadlineMs = deadlineMs;
    this.#opening = opening;
    this.#span = tracing.startSpan("request", { parent: caller.traceparent, attributes: { source: caller.source } });
  }

  get traceId(): string | undefined {
    return this.#span.traceId;
  }

  /** The span of the stage before ends, and that of `stage` begins. */
  enter(stage: "queue" | "decode" | "batch" | "compute"): void {
    this.#stage?.end();
    this.#stage = this.#isOpen ? this.#opening.tracing.startSpan(stage, { parent: this.#span }) : undefined;
  }

  /** Whether it is worth going on: not if it has ended, nor past its deadline, which ends it. */
  goesOn(nowMs: number): boolean {
    if (this.#isOpen && nowMs >= this.deadlineMs) {
      const lateMs = Math.ceil(nowMs - this.deadlineMs);
      this.refuse(
        new SluiceError("expired", `the deadline passed ${lateMs} ms ago, ${this.#age(nowMs)} after arrival`),
      );
    }
    return this.#isOpen;
  }

  answer(answer: Answer): void {
    if (!this.#isOpen) return;
    const delivered = this.#opening.caller.answer(answer);
    this.#end(delivered ? undefined : new SluiceError("disconnected", "the answer could not be delivered"));
  }

  refuse(error: SluiceError, retryAfterMs?: number): void {
    if (!this.#isOpen) return;
    this.#opening.caller.refuse(error, retryAfterMs);
    this.#end(error);
  }

  #age(nowMs: number): string {
    return `${Math.round(nowMs - this.arrivedMs)} ms`;
  }

  #end(error: SluiceError | undefined): void {
    this.#isOpen = false;
    this.#stage?.end(error);
    this.#span.end(error);
    this.#opening.leave(error?.code);
  }
}
