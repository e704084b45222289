import { BatchCost } from "./batch-cost.ts";
import type { Outlook } from "./batch-queue.ts";

/** What one model's batches are expected to take, and when a worker will be free: learned from those so far. */
export class Forecast {
  readonly #workers: number;
  readonly #decode = new BatchCost();
  readonly #compute = new BatchCost();
  /** Expected end of each batch that is being decoded or computed. */
  readonly #ends = new Map<object, number>();

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** What is to be expected at `nowMs` while `waiting` requests wait for places in batches of up to `maxSize`. */
  outlook(nowMs: number, waiting: number, maxSize: number): Outlook {
    return {
      nowMs,
      readyMs: this.#ends.size < this.#workers ? nowMs : Math.min(...this.#ends.values()),
      leadMs: this.#decode.expectedMs(Math.max(1, Math.min(waiting, maxSize))),
      maxSize,
      expectedMs: (size) => this.#compute.expectedMs(size),
    };
  }

  formed(batch: readonly unknown[], outlook: Outlook): void {
    const startMs = Math.max(outlook.nowMs + outlook.leadMs, outlook.readyMs);
    this.#ends.set(batch, startMs + outlook.expectedMs(batch.length));
  }

  decoded(size: number, tookMs: number): void {
    this.#decode.observe(size, tookMs);
  }

  started(batch: readonly unknown[], size: number, nowMs: number): void {
    this.#ends.set(batch, nowMs + this.#compute.expectedMs(size));
  }

  computed(size: number, tookMs: number): void {
    this.#compute.observe(size, tookMs);
  }

  ended(batch: readonly unknown[]): void {
    this.#ends.delete(batch);
  }

  /** Another model took the place of the one that was measured. */
  forget(): void {
    this.#compute.forget();
  }
}
