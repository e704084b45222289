import type { DropReason, MetricName, Outcome, Reason } from "@sluice/contracts";
import type { Metrics } from "@sluice/observability";

/**
 * The books of one stream: every captured frame ends as answered or dropped with a reason, every offload in one
 * outcome. What the metrics and the heartbeat say comes from here.
 */
export class Account {
  readonly #stream: string;
  readonly #metrics: Metrics;
  frames = 0;
  answered = 0;
  sent = 0;
  /** Frames that are being encoded for sending. */
  encoding = 0;
  bytes = 0;
  price = 0;
  readonly dropped: Partial<Record<DropReason, number>> = {};
  readonly offloads: Partial<Record<Outcome, number>> = {};

  constructor(stream: string, metrics: Metrics) {
    this.#stream = stream;
    this.#metrics = metrics;
  }

  /** A frame was delivered; `superseded` others were captured before it and replaced by newer ones. */
  capture(superseded: number): void {
    this.frames += 1 + superseded;
    this.#count("sluice_edge_frames_total", 1 + superseded);
    if (superseded > 0) this.drop("superseded", superseded);
  }

  answer(inferMs: number, localMs: number): void {
    this.answered++;
    this.#count("sluice_edge_frames_answered_total");
    this.#metrics.observe("sluice_edge_infer_seconds", { stream: this.#stream }, inferMs / 1_000);
    this.#metrics.observe("sluice_edge_local_seconds", { stream: this.#stream }, localMs / 1_000);
  }

  drop(reason: DropReason, count = 1): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + count;
    this.#metrics.inc("sluice_edge_frames_dropped_total", { stream: this.#stream, reason }, count);
  }

  decide(action: "send" | "skip", reason: Reason, price: number): void {
    this.price = price;
    this.#metrics.inc("sluice_edge_decisions_total", { stream: this.#stream, action, reason });
    this.#metrics.set("sluice_edge_price", { stream: this.#stream }, price);
  }

  send(bytes: number): void {
    this.sent++;
    this.bytes += bytes;
  }

  end(outcome: Outcome): void {
    this.offloads[outcome] = (this.offloads[outcome] ?? 0) + 1;
    this.#metrics.inc("sluice_edge_offloads_total", { stream: this.#stream, outcome });
  }

  /** A reply came `ageMs` after its frame was captured. */
  correct(ageMs: number, traceId?: string): void {
    this.#metrics.observe("sluice_edge_correction_seconds", { stream: this.#stream }, ageMs / 1_000, traceId);
  }

  /** No audit could have gone out with this frame. */
  unmeasured(): void {
    this.#metrics.inc("sluice_agreement_unmeasured_total", { stream: this.#stream });
  }

  /** A frame was drawn to be audited, and this became of it. */
  audit(outcome: "answered" | "missing"): void {
    this.#metrics.inc("sluice_agreement_audits_total", { stream: this.#stream, outcome });
  }

  #count(name: MetricName & `sluice_edge_frames_${string}`, by = 1): void {
    this.#metrics.inc(name as "sluice_edge_frames_total", { stream: this.#stream }, by);
  }
}
