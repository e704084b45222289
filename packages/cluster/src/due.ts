import type { Clock } from "@sluice/foundation";

/** Timers beyond this are set in steps: Node's hold 2^31 ms at most. */
const longestTimerMs = 2 ** 30;

interface Entry {
  readonly key: string;
  readonly dueMs: number;
}

/** Keys that wait for their time: one place a key, the earliest wins; one timer for all. */
export class Due {
  readonly #dueMs = new Map<string, number>();
  /** A binary heap by time; an entry that its key no longer stands by is skipped when it comes up. */
  #heap: Entry[] = [];
  #cancel: () => void = () => {};
  readonly #clock: Clock;
  readonly #fire: (key: string) => void;

  constructor(clock: Clock, fire: (key: string) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  get size(): number {
    return this.#dueMs.size;
  }

  has(key: string): boolean {
    return this.#dueMs.has(key);
  }

  add(key: string, delayMs: number): void {
    const dueMs = this.#clock.monotonicMs() + delayMs;
    if ((this.#dueMs.get(key) ?? Number.POSITIVE_INFINITY) <= dueMs) return;
    this.#dueMs.set(key, dueMs);
    this.#push({ key, dueMs });
    if (this.#heap[0]?.dueMs === dueMs) this.#arm();
  }

  delete(key: string): void {
    this.#dueMs.delete(key);
    if (this.#heap.length > 64 && this.#heap.length > 2 * this.#dueMs.size) this.#compact();
  }

  clear(): void {
    this.#cancel();
    this.#dueMs.clear();
    this.#heap = [];
  }

  #arm(): void {
    this.#cancel();
    const first = this.#heap[0];
    if (!first) return;
    const waitMs = Math.max(0, first.dueMs - this.#clock.monotonicMs());
    this.#cancel = this.#clock.after(Math.min(Math.ceil(waitMs), longestTimerMs), () => this.#ring());
  }

  #ring(): void {
    const nowMs = this.#clock.monotonicMs();
    for (let first = this.#heap[0]; first && first.dueMs <= nowMs; first = this.#heap[0]) {
      this.#pop();
      if (this.#dueMs.get(first.key) !== first.dueMs) continue;
      this.#dueMs.delete(first.key);
      this.#fire(first.key);
    }
    this.#arm();
  }

  /** A list sorted by time is a heap. */
  #compact(): void {
    this.#heap = [...this.#dueMs].map(([key, dueMs]) => ({ key, dueMs })).toSorted((a, b) => a.dueMs - b.dueMs);
    this.#arm();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    for (let parent = (at - 1) >> 1; at > 0 && heap[parent]!.dueMs > entry.dueMs; parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1]!.dueMs < heap[child]!.dueMs) child++;
      if (heap[child]!.dueMs >= last.dueMs) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
