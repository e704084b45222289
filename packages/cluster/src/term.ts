import { SluiceError } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";

/** One time of leading. */
export interface Term {
  /** Aborts when work must stop: at once on loss, or because the process is asked to end. */
  readonly signal: AbortSignal;
  /** Rises with each hand-over: what carries a smaller number than was seen before is an old leader's. */
  readonly number: number;
  /** False from the moment on when somebody else might lead. */
  holds(): boolean;
  /** Throws `not-leader` where {@link holds} is false; for `mayWrite` of the client. */
  mustHold(): void;
}

/** A term that ends by itself unless it is extended in time. */
export class TimedTerm implements Term {
  readonly number: number;
  readonly #stop = new AbortController();
  readonly #clock: Clock;
  readonly #renewMs: number;
  readonly #lost = Promise.withResolvers<void>();
  #untilMs = { monotonic: 0, wall: 0 };
  #ended = false;
  #cancel: () => void = () => {};

  constructor(clock: Clock, number: number, renewMs: number) {
    this.#clock = clock;
    this.number = number;
    this.#renewMs = renewMs;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Resolves on loss. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  holds(): boolean {
    const { monotonic, wall } = this.#untilMs;
    // A machine that was asleep may have a monotonic clock that slept too: the wall clock knows better.
    return !this.#ended && this.#clock.monotonicMs() < monotonic && this.#clock.wallMs() < wall;
  }

  mustHold(): void {
    if (!this.holds()) throw new SluiceError("not-leader", "the leader's lease is lost: nothing more is written");
  }

  /** The lease was renewed by a request that began then. A term that ended stays ended. */
  extend(began: { monotonicMs: number; wallMs: number }): void {
    if (this.#ended) return;
    this.#cancel();
    this.#untilMs = { monotonic: began.monotonicMs + this.#renewMs, wall: began.wallMs + this.#renewMs };
    const leftMs = this.#untilMs.monotonic - this.#clock.monotonicMs();
    this.#cancel = this.#clock.after(Math.max(0, leftMs), () => this.lose());
  }

  /** Asks the work to end; leading goes on until it has. */
  askToEnd(): void {
    this.#stop.abort(new SluiceError("draining", "the process is ending"));
  }

  lose(): void {
    this.#ended = true;
    this.#cancel();
    this.#stop.abort(new SluiceError("not-leader", "the leader's lease is lost"));
    this.#lost.resolve();
  }
}
