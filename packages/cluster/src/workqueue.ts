import { type Clock, invariant } from "@sluice/foundation";
import { Due } from "./due.ts";
import { Line } from "./line.ts";
import { type Meter, noMeter } from "./meter.ts";
import { type RetryLimits, RetryPauses } from "./rate-limit.ts";

/** Keys that a queue holds, waiting ones included: more than all stores of an operator together. */
const maxKeysByDefault = 200_000;

export interface WorkqueueOptions {
  /** In metrics. */
  readonly name: string;
  readonly clock: Clock;
  readonly meter?: Meter;
  readonly retryLimits?: RetryLimits;
  readonly maxKeys?: number;
}

/**
 * Keys to be worked on. A key stands in the queue once, however often it is added; it is never worked on twice at a
 * time: added meanwhile, it comes again afterwards, at the end of the line. A key says only that something happened;
 * what is true now is read when its turn comes.
 */
export class Workqueue {
  /** Ready keys, with the time when they became ready; and their order. */
  readonly #ready = new Map<string, number>();
  readonly #order = new Line();
  readonly #working = new Set<string>();
  /** Keys added while they were being worked on. */
  readonly #again = new Set<string>();
  readonly #due: Due;
  readonly #pauses: RetryPauses;
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #options: WorkqueueOptions;
  readonly #meter: Meter;
  readonly #idle: (() => void)[] = [];
  #stopped = false;

  constructor(options: WorkqueueOptions) {
    this.#options = options;
    this.#meter = options.meter ?? noMeter;
    this.#due = new Due(options.clock, (key) => this.add(key));
    this.#pauses = new RetryPauses(options.clock, options.retryLimits);
  }

  /** Keys ready to be taken, keys that wait for their time, keys being worked on. */
  get ready(): number {
    return this.#ready.size;
  }
  get delayed(): number {
    return this.#due.size;
  }
  get working(): number {
    return this.#working.size;
  }

  /** False where the queue is stopped or full; the next resync brings the key back. */
  add(key: string): boolean {
    if (!this.#admits(key)) return false;
    this.#due.delete(key);
    if (this.#working.has(key)) this.#again.add(key);
    else if (!this.#ready.has(key)) this.#line(key);
    this.#measure();
    return true;
  }

  /** Adds the key after a while; of several such wishes the earliest counts. */
  addAfter(key: string, delayMs: number): boolean {
    if (delayMs <= 0) return this.add(key);
    if (!this.#admits(key)) return false;
    if (!this.#ready.has(key)) this.#due.add(key, delayMs);
    this.#measure();
    return true;
  }

  /** Adds the key after a pause that grows with its failures, and is at least `leastMs`; returns the pause. */
  retry(key: string, leastMs = 0): number {
    const delayMs = Math.max(leastMs, this.#pauses.nextMs(key));
    this.#meter.inc("sluice_operator_queue_retries_total", { queue: this.#options.name });
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** The key did well: its next failure starts with the shortest pause. */
  forget(key: string): void {
    this.#pauses.forget(key);
  }

  failures(key: string): number {
    return this.#pauses.failures(key);
  }

  /** The next key, as soon as there is one; undefined once the queue is stopped. {@link done} must follow. */
  take(): Promise<string | undefined> {
    if (this.#stopped) return Promise.resolve(undefined);
    if (this.#ready.size === 0) return new Promise((resolve) => this.#takers.push(resolve));
    return Promise.resolve(this.#hand());
  }

  done(key: string): void {
    invariant(this.#working.delete(key), `${key} is not being worked on`);
    if (this.#again.delete(key) && !this.#stopped) this.#line(key);
    if (this.#stopped && this.#working.size === 0) this.#idle.splice(0).forEach((resolve) => resolve());
    this.#measure();
  }

  /**
   * Hands out nothing more; resolves when what was taken is done. What waits is dropped: whoever works next lists
   * everything anyway.
   */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#due.clear();
    this.#ready.clear();
    this.#order.clear();
    this.#again.clear();
    this.#takers.splice(0).forEach((resolve) => resolve(undefined));
    this.#measure();
    return this.#working.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #admits(key: string): boolean {
    if (this.#stopped) return false;
    if (this.#ready.has(key) || this.#working.has(key) || this.#due.has(key)) return true;
    if (this.#ready.size + this.#due.size < (this.#options.maxKeys ?? maxKeysByDefault)) return true;
    this.#meter.inc("sluice_operator_queue_refused_total", { queue: this.#options.name });
    return false;
  }

  #line(key: string): void {
    this.#ready.set(key, this.#options.clock.monotonicMs());
    this.#order.push(key);
    const taker = this.#takers.shift();
    if (taker) taker(this.#hand());
  }

  #hand(): string {
    const key = this.#order.shift();
    invariant(key !== undefined, "what is ready stands in line");
    const waitedMs = this.#options.clock.monotonicMs() - (this.#ready.get(key) ?? 0);
    this.#ready.delete(key);
    this.#working.add(key);
    this.#meter.observe("sluice_operator_queue_seconds", { queue: this.#options.name }, waitedMs / 1_000);
    this.#measure();
    return key;
  }

  #measure(): void {
    const labels = { queue: this.#options.name };
    this.#meter.set("sluice_operator_queue_depth", labels, this.ready);
    this.#meter.set("sluice_operator_queue_delayed", labels, this.delayed);
  }
}
