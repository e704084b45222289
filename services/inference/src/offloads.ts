import { type OffloadReply, SluiceError, toWire, versionOfWire } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { type Link, type OffloadRequest, type Serving, serveModel } from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
import type { Pipeline } from "./pipeline.ts";
import type { Answer, Caller } from "./visit.ts";

/** The offloads of one model, from NATS into its pipeline. */
export class Offloads {
  readonly #pipeline: Pipeline;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #serving: Serving;
  /** What of the intake's own counts has been passed on to the metrics. */
  readonly #seen = new Map<string, number>();

  constructor(link: Link, pipeline: Pipeline, { clock, metrics }: { clock: Clock; metrics: Metrics }) {
    this.#pipeline = pipeline;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#serving = serveModel(link, pipeline.name, (request) => this.#receive(request));
  }

  /** Takes what the broker gave it already and nothing more: it gives them to other replicas. */
  async drain(): Promise<void> {
    await this.#serving.drain();
    this.countUnread();
  }

  /** Counts what was refused before it reached the pipeline. To be called now and then. */
  countUnread(): void {
    const { refusedUnread, unanswerable } = this.#serving.counts;
    const counts = [...Object.entries(refusedUnread), ["bad-request", unanswerable] as const];
    for (const [i, [code, count]] of counts.entries()) {
      const key = i === counts.length - 1 ? "unanswerable" : code;
      const fresh = count - (this.#seen.get(key) ?? 0);
      this.#seen.set(key, count);
      if (fresh > 0) this.#pipeline.register.refusedUnread("nats", code as keyof typeof refusedUnread, fresh);
    }
  }

  #receive(request: OffloadRequest): void {
    const labels = { model: this.#pipeline.name, direction: "in" };
    this.#metrics.inc("sluice_inference_bytes_total", labels, request.payload.length);
    // Wall time is read once: from here on a step of the clock cannot move the deadline.
    const leftMs = request.deadlineMs - this.#clock.wallMs();
    const question = { kind: "image", bytes: request.payload, part: request.part } as const;
    this.#pipeline.admit(callerOf(request), question, this.#clock.monotonicMs() + leftMs);
  }
}

function callerOf(request: OffloadRequest): Caller {
  return {
    transport: "nats",
    source: `${request.device}/${request.stream}`,
    traceparent: request.traceparent,
    answer: (answer) => request.answer(replyOf(request.frame, answer)),
    refuse: ({ code, message }, retryAfterMs) => void request.refuse(code, message, retryAfterMs),
  };
}

function replyOf(frame: number, answer: Answer): OffloadReply {
  const { model, finding, batch, queueMs, decodeMs, computeMs } = answer;
  if (finding.kind !== "detections") throw new SluiceError("internal", "a picture was answered with tensors");
  const { width, height } = finding.picture;
  return {
    version: versionOfWire,
    frame,
    model: model.name,
    digest: model.digest,
    width,
    height,
    task: model.task,
    detections: toWire(finding.detections, model.classes),
    threshold: model.threshold,
    batch,
    queueMs: hundredth(queueMs),
    decodeMs: hundredth(decodeMs),
    computeMs: hundredth(computeMs),
  };
}

const hundredth = (ms: number) => Math.round(ms * 100) / 100;
