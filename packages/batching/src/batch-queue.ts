import { invariant } from "@sluice/foundation";
import { ArrivalGap } from "./arrival-gap.ts";
import { type Arrival, giveWay, inOrder, type Waiting } from "./waiting.ts";

/** What the caller knows of the near future when it asks for a batch. */
export interface Outlook {
  readonly nowMs: number;
  /** When a worker is expected to be free: `nowMs` or earlier if one is. */
  readonly readyMs: number;
  /** Time between forming a batch and computing it: decoding. */
  readonly leadMs: number;
  /** Items that one run of the model takes at most. */
  readonly maxSize: number;
  /** Expected time of a run on so many items, not falling with their number; 0 if unknown. */
  expectedMs(size: number): number;
}

export interface Taken<T> {
  /** To be computed now, most urgent first; empty while it is better to wait. */
  readonly batch: T[];
  /** To be refused: their deadline has passed or cannot be met. */
  readonly expired: T[];
}

/**
 * A bounded queue from which batches are taken. Pure: every time is a parameter.
 *
 * **When a batch forms** ({@link dueMs}). At once when it is full. Else not before the worker is nearly free, as waiting
 * costs nothing until then. A free worker waits for company only while that pays: the next arrival is expected sooner
 * than what computing it together saves (`cost(n) + cost(1) - cost(n+1)`), nobody has waited for `maxDelayMs`, and the
 * most urgent deadline still allows it. Where batches save nothing, as on a CPU, nobody ever waits for company.
 *
 * **What goes in.** Earliest deadline first, one item of each source at a time; see `inOrder`.
 *
 * **What is given up.** Items whose deadline has passed, always. When a batch forms, also those that would be computed in
 * vain: while more wait than fit, whoever cannot stand a full batch, so that an overloaded service answers full batches in
 * time instead of every request late; otherwise whoever would be late even alone, and the batch is kept as small as the
 * most urgent needs. An expectation alone never gives up all: one item is always tried, so that a wrong one is corrected.
 */
export class BatchQueue<T> {
  #waiting: Waiting<T>[] = [];
  #turns = 0;
  readonly #gap = new ArrivalGap();
  readonly #maxQueue: number;
  readonly #maxDelayMs: number;

  constructor(bounds: { maxQueue: number; maxDelayMs: number }) {
    invariant(bounds.maxQueue >= 1 && bounds.maxDelayMs >= 0, "a queue holds at least one item");
    this.#maxQueue = bounds.maxQueue;
    this.#maxDelayMs = bounds.maxDelayMs;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /**
   * Takes an item in. Returns the item that has to be refused as overloaded, if any: `item` itself, or, where another
   * source holds more than its share of the full queue, that source's least urgent one.
   */
  offer(item: T, arrival: Arrival): T | undefined {
    const newcomer = { ...arrival, item, turn: this.#turns++, passedOver: 0 };
    this.#gap.observe(arrival.arrivedMs);
    const loser = this.size < this.#maxQueue ? undefined : giveWay(this.#waiting, newcomer);
    if (loser === newcomer) return item;
    this.#waiting.push(newcomer);
    return loser && this.#remove([loser])[0];
  }

  /** Takes out whatever is past its deadline, so that it holds no place while all workers are busy. */
  expire(nowMs: number): T[] {
    return this.#remove(this.#past(nowMs));
  }

  /** What has to be computed and what refused now. */
  take(outlook: Outlook): Taken<T> {
    const due = outlook.nowMs >= this.dueMs(outlook);
    if (!due) return { batch: [], expired: this.expire(outlook.nowMs) };
    const expired = this.#remove(this.#hopeless(outlook));
    if (this.size === 0) return { batch: [], expired };
    const batch = this.#remove(inOrder(this.#waiting).slice(0, this.#affordable(outlook)));
    for (const left of this.#waiting) left.passedOver++;
    return { batch, expired };
  }

  /** When {@link take} will form a batch if nothing else arrives; infinity while nothing waits. */
  dueMs(outlook: Outlook): number {
    if (this.size === 0) return Number.POSITIVE_INFINITY;
    if (this.size >= outlook.maxSize) return Number.NEGATIVE_INFINITY;
    return Math.max(outlook.readyMs - outlook.leadMs, this.#companyUntilMs(outlook));
  }

  /** How long an item that arrives now is expected to wait for its batch, with `workers` computing in parallel. */
  delayMs(outlook: Outlook, workers: number): number {
    const batchesAhead = Math.floor(this.size / outlook.maxSize);
    const busyMs = Math.max(0, outlook.readyMs - outlook.nowMs);
    return busyMs + (batchesAhead * outlook.expectedMs(outlook.maxSize)) / workers;
  }

  /** Empties the queue. */
  clear(): T[] {
    return this.#remove(this.#waiting);
  }

  #companyUntilMs(outlook: Outlook): number {
    const togetherMs = outlook.expectedMs(this.size + 1);
    const savedMs = outlook.expectedMs(this.size) + outlook.expectedMs(1) - togetherMs;
    if (this.#gap.meanMs >= savedMs) return Number.NEGATIVE_INFINITY;
    const oldestMs = Math.min(...this.#waiting.map((w) => w.arrivedMs));
    const lastStartMs = this.#urgentMs() - outlook.leadMs - togetherMs;
    return Math.min(oldestMs + this.#maxDelayMs, this.#gap.nextByMs, lastStartMs);
  }

  #urgentMs(): number {
    return Math.min(...this.#waiting.map((w) => w.deadlineMs));
  }

  #past(nowMs: number): Waiting<T>[] {
    return this.#waiting.filter((w) => w.deadlineMs <= nowMs);
  }

  #hopeless(outlook: Outlook): Waiting<T>[] {
    const size = this.size > outlook.maxSize ? outlook.maxSize : 1;
    const endMs = startMs(outlook) + outlook.expectedMs(size);
    const hopeless = this.#waiting.filter((w) => w.deadlineMs <= outlook.nowMs || w.deadlineMs < endMs);
    if (hopeless.length < this.size) return hopeless;
    const last = hopeless.reduce((a, b) => (b.deadlineMs > a.deadlineMs ? b : a));
    return last.deadlineMs > outlook.nowMs ? hopeless.filter((w) => w !== last) : hopeless;
  }

  /** Largest batch that the most urgent item can stand. */
  #affordable(outlook: Outlook): number {
    const spareMs = this.#urgentMs() - startMs(outlook);
    let size = Math.min(this.size, outlook.maxSize);
    while (size > 1 && outlook.expectedMs(size) > spareMs) size--;
    return size;
  }

  #remove(gone: readonly Waiting<T>[]): T[] {
    const out = new Set(gone);
    this.#waiting = this.#waiting.filter((w) => !out.has(w));
    return gone.map((w) => w.item);
  }
}

const startMs = ({ nowMs, readyMs, leadMs }: Outlook) => Math.max(nowMs + leadMs, readyMs);
