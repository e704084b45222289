import { invariant } from "@sluice/foundation";

/** Weight of the newest measurement. */
const weight = 0.2;
/** One measurement counts as at most so many times the mean: a pause of the machine must not look like a slow model. */
const maxJump = 4;

/** What a batch of each size takes to compute: an exponentially weighted mean of what was measured. */
export class BatchCost {
  readonly #meanMs = new Map<number, number>();

  observe(size: number, tookMs: number): void {
    invariant(size >= 1 && tookMs >= 0, "a batch has a size and takes time");
    const meanMs = this.#meanMs.get(size) ?? tookMs;
    this.#meanMs.set(size, meanMs + weight * (Math.min(tookMs, maxJump * meanMs) - meanMs));
  }

  /**
   * Expected milliseconds for a batch of `size`, 0 while nothing is known. Never falls with size: what k pictures took
   * together bounds what n take, as n can be run in ⌈n/k⌉ batches. A wrong mean of one size is thereby healed by the others.
   */
  expectedMs(size: number): number {
    const bounds = Array.from(this.#meanMs, ([known, meanMs]) => meanMs * Math.ceil(size / known));
    return bounds.length === 0 ? 0 : Math.min(...bounds);
  }

  /** Another model took the place of the one that was measured. */
  forget(): void {
    this.#meanMs.clear();
  }
}
