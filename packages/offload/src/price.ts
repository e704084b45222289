import { fieldsOf, numberIn } from "@sluice/foundation";
import type { TokenBucket } from "./bucket.ts";

/** How steeply the price answers to the bucket's fill: from full to empty it rises by e to this power. */
const steepness = 5;
/** Sends that a comfortable backlog pays for: a larger burst is not waited for. */
const comfortableSends = 3;
/** Frames that are weighed until the largest of them has lost most of its say. */
const largestKept = 2_048;
/** The going rate follows each frame that was sent by this share. */
const follow = 0.05;
/** A byte is never worth nothing, nor more than a frame that is right instead of wrong. */
const leastRate = 1e-12;
const mostRate = 1;

/**
 * The price of a byte, in value per byte. It is the value that recent sends fetched, times a factor that falls as the
 * bucket fills: a backlog of tokens is the dual variable of the budget (Neely, "Stochastic Network Optimization", 2010,
 * chapter 4: drift plus penalty), so spending meets the budget with no controller to tune or to wind up.
 */
export class Price {
  #goingRate: number;
  #largestBytes = 0;

  constructor(goingRate = 2e-6) {
    this.#goingRate = goingRate;
  }

  /**
   * The price now, for a stream whose sends take about `bytes` and must leave `reserve` in the bucket. A byte has one price
   * for all streams: how full the bucket is goes by the largest of them, or the one with the smallest frames would always
   * find it full, and empty it before a larger one can be paid for.
   */
  at(bucket: TokenBucket, nowMs: number, bytes: number, reserve = 0): number {
    this.#largestBytes = Math.max(bytes, this.#largestBytes * (1 - 1 / largestKept));
    const comfortable = Math.min(bucket.burstBytes - reserve, comfortableSends * this.#largestBytes);
    const fill = within((bucket.available(nowMs) - reserve) / Math.max(1, comfortable));
    return this.#goingRate * Math.exp(steepness * (0.5 - fill));
  }

  /** Learns what a byte was worth when `bytes` were sent for an expected `value`. */
  sold(value: number, bytes: number): void {
    this.#goingRate += follow * (Math.max(value, 0) / bytes - this.#goingRate);
    this.#goingRate = Math.max(this.#goingRate, leastRate);
  }

  toJSON(): { goingRate: number } {
    return { goingRate: this.#goingRate };
  }

  /** Goes on from what {@link toJSON} wrote; throws, saying why, where that cannot be. */
  static from(value: unknown): Price {
    return new Price(numberIn(fieldsOf(value, "price")["goingRate"], "goingRate", leastRate, mostRate));
  }
}

const within = (share: number): number => Math.min(1, Math.max(0, share));
