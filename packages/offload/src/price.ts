import type { TokenBucket } from "./bucket.ts";

/** How steeply the price answers to the bucket's fill: from full to empty it rises by e to this power. */
const steepness = 5;
/** Sends that a comfortable backlog pays for: a larger burst is not waited for. */
const comfortableSends = 2;
/** The going rate follows each frame that was sent by this share. */
const follow = 0.05;

/**
 * The price of a byte, in value per byte. It is the value that recent sends fetched, times a factor that falls as the
 * bucket fills: a backlog of tokens is the dual variable of the budget (Neely, "Stochastic Network Optimization", 2010,
 * chapter 4: drift plus penalty), so spending meets the budget with no controller to tune or to wind up.
 */
export class Price {
  #goingRate: number;

  constructor(goingRate = 2e-6) {
    this.#goingRate = goingRate;
  }

  /** The price now, for a stream whose sends take about `bytes`. */
  at(bucket: TokenBucket, nowMs: number, bytes: number): number {
    const comfortable = Math.min(bucket.burstBytes, comfortableSends * bytes);
    const fill = Math.min(1, bucket.available(nowMs) / Math.max(1, comfortable));
    return this.#goingRate * Math.exp(steepness * (0.5 - fill));
  }

  /** Learns what a byte was worth when `bytes` were sent for an expected `value`. */
  sold(value: number, bytes: number): void {
    this.#goingRate += follow * (Math.max(value, 0) / bytes - this.#goingRate);
    this.#goingRate = Math.max(this.#goingRate, 1e-12);
  }
}
