import type { ErrorCode, SluiceError } from "@sluice/contracts";
import type { Metrics } from "@sluice/observability";
import { type Opening, type Transport, Visit } from "./visit.ts";

/** The visits of one model. At every moment `requests = answered + refused + in flight`, for each transport. */
export class Register {
  readonly #open = new Set<Visit>();
  readonly #inFlight = { nats: 0, http: 0 };
  #onEmpty: (() => void) | undefined;
  readonly #model: string;
  readonly #metrics: Metrics;
  readonly #onArrival: (count: number) => void;

  /** `onArrival` is told of all that is asked, whatever becomes of it. */
  constructor(model: string, metrics: Metrics, onArrival: (count: number) => void = () => {}) {
    this.#model = model;
    this.#metrics = metrics;
    this.#onArrival = onArrival;
  }

  /** Resolves once nobody is in the house. */
  empty(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  enter(opening: Omit<Opening, "leave">): Visit {
    const { transport } = opening.caller;
    const visit: Visit = new Visit({ ...opening, leave: (code) => this.#leave(visit, transport, code) });
    this.#open.add(visit);
    this.#onArrival(1);
    this.#metrics.inc("sluice_inference_requests_total", this.#labels(transport));
    this.#count(transport, 1);
    return visit;
  }

  /** Counts requests that were refused before they could be read. */
  refusedUnread(transport: Transport, code: ErrorCode, count = 1): void {
    this.#onArrival(count);
    this.#metrics.inc("sluice_inference_requests_total", this.#labels(transport), count);
    this.#metrics.inc("sluice_inference_refused_total", { ...this.#labels(transport), code }, count);
  }

  refuseAll(error: SluiceError): void {
    for (const visit of this.#open) visit.refuse(error);
  }

  #leave(visit: Visit, transport: Transport, code: ErrorCode | undefined): void {
    this.#open.delete(visit);
    const labels = this.#labels(transport);
    if (code === undefined) this.#metrics.inc("sluice_inference_answered_total", labels);
    else this.#metrics.inc("sluice_inference_refused_total", { ...labels, code });
    this.#count(transport, -1);
    if (this.#open.size === 0) this.#onEmpty?.();
  }

  #count(transport: Transport, by: number): void {
    this.#inFlight[transport] += by;
    this.#metrics.set("sluice_inference_in_flight", this.#labels(transport), this.#inFlight[transport]);
  }

  #labels(transport: Transport) {
    return { model: this.#model, transport };
  }
}
