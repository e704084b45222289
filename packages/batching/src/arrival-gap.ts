const weight = 0.2;
/** A longer silence counts as one of this length, so that the mean recovers within a few arrivals. */
const longestGapMs = 1_000;

/** How far apart items arrive: an exponentially weighted mean. */
export class ArrivalGap {
  #lastMs: number | undefined;
  #meanMs = longestGapMs;

  get meanMs(): number {
    return this.#meanMs;
  }

  observe(arrivedMs: number): void {
    if (this.#lastMs !== undefined) {
      const gapMs = Math.min(Math.max(0, arrivedMs - this.#lastMs), longestGapMs);
      this.#meanMs += weight * (gapMs - this.#meanMs);
    }
    this.#lastMs = arrivedMs;
  }

  /** When waiting for the next item stops being reasonable: it is then twice as late as it usually is. */
  get nextByMs(): number {
    return (this.#lastMs ?? Number.NEGATIVE_INFINITY) + 2 * this.#meanMs;
  }
}
