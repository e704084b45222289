/** An arrival counts for less as it grows old: by a factor e in this time. */
const memoryMs = 10_000;
/** Weight of the newest batch. */
const weight = 0.2;

/** What one replica is asked, and what that costs it. */
export interface Load {
  /** Requests that arrive a second, those that are refused included: what was wanted, not what could be done. */
  readonly arrivalsPerSecond: number;
  /** Time of a worker that one request takes, in milliseconds: a batch's time, shared; null before the first batch. */
  readonly serviceMs: number | null;
}

/** Measures a replica's load: arrivals over the last seconds, and the mean cost of the last batches. */
export class Workload {
  readonly #startMs: number;
  #arrivals = 0;
  #atMs: number;
  #batch: { tookMs: number; size: number } | undefined;

  constructor(nowMs: number) {
    this.#startMs = nowMs;
    this.#atMs = nowMs;
  }

  arrived(nowMs: number, count = 1): void {
    this.#arrivals = this.#remembered(nowMs) + count;
    this.#atMs = nowMs;
  }

  served(size: number, tookMs: number): void {
    const before = this.#batch ?? { tookMs, size };
    this.#batch = {
      tookMs: before.tookMs + weight * (tookMs - before.tookMs),
      size: before.size + weight * (size - before.size),
    };
  }

  /** Another model took the place of the one that was measured. */
  forget(): void {
    this.#batch = undefined;
  }

  /** The load at `nowMs`. A young replica divides by the time that it has lived, not by what it would remember. */
  at(nowMs: number): Load {
    const livedMs = Math.max(1_000, nowMs - this.#startMs);
    const windowMs = memoryMs * (1 - Math.exp(-livedMs / memoryMs));
    return {
      arrivalsPerSecond: (1_000 * this.#remembered(nowMs)) / windowMs,
      serviceMs: this.#batch ? this.#batch.tookMs / this.#batch.size : null,
    };
  }

  #remembered(nowMs: number): number {
    return this.#arrivals * Math.exp(-Math.max(0, nowMs - this.#atMs) / memoryMs);
  }
}
