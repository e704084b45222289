import type { Clock } from "@sluice/foundation";
import { remember } from "./bounded.ts";

export interface BucketLimits {
  readonly burst: number;
  /** A token comes back after so long. */
  readonly everyMs: number;
  /** Buckets that are remembered; one that is forgotten is full again. */
  readonly maxBuckets: number;
}

/** A token bucket for each name. */
export class TokenBuckets {
  /** By name, the time at which its bucket is full again; the least lately used first. */
  readonly #fullAtMs = new Map<string, number>();
  readonly #clock: Clock;
  readonly #limits: BucketLimits;

  constructor(clock: Clock, limits: BucketLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** True where a token was left. */
  take(name: string): boolean {
    const { burst, everyMs, maxBuckets } = this.#limits;
    const nowMs = this.#clock.monotonicMs();
    const fullAtMs = Math.max(nowMs, this.#fullAtMs.get(name) ?? nowMs) + everyMs;
    if (fullAtMs > nowMs + burst * everyMs) return false;
    remember(this.#fullAtMs, name, fullAtMs, maxBuckets);
    return true;
  }
}
