import type { Clock } from "@sluice/foundation";

/** client-go's defaults: an item's own pauses double from 5 ms to 1000 s; all items together get 10 a second after 100. */
export const retryLimits = { firstMs: 5, maxMs: 1_000_000, perSecond: 10, burst: 100 } as const;

export type RetryLimits = { readonly [K in keyof typeof retryLimits]: number };

/** When a failed key may be tried again: the later of its own growing pause and its place in the common bucket. */
export class RetryPauses {
  readonly #failures = new Map<string, number>();
  readonly #clock: Clock;
  readonly #limits: RetryLimits;
  /** When the bucket will have a token for the next who asks; tokens that were not used reach back `burst` places. */
  #nextTokenMs: number;

  constructor(clock: Clock, limits: RetryLimits = retryLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#nextTokenMs = Number.NEGATIVE_INFINITY;
  }

  /** Counts a failure of `key`; returns the pause before its next try. */
  nextMs(key: string): number {
    const { firstMs, maxMs } = this.#limits;
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    return Math.max(Math.min(maxMs, firstMs * 2 ** Math.min(failures, 40)), this.#takeToken());
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key did well: its next failure starts over. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Reserves the next token; returns how long until it is there. */
  #takeToken(): number {
    const nowMs = this.#clock.monotonicMs();
    const tokenMs = 1_000 / this.#limits.perSecond;
    const tokenAtMs = Math.max(this.#nextTokenMs, nowMs - (this.#limits.burst - 1) * tokenMs);
    this.#nextTokenMs = tokenAtMs + tokenMs;
    return Math.max(0, tokenAtMs - nowMs);
  }
}
