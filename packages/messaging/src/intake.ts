import { type Clock, invariant } from "@sluice/foundation";

/** Messages that a subscription may hold unhandled, unless it says otherwise. */
export const defaultPending = 1_024;
/**
 * Before the event loop gets its turn again messages are handled for so long, and at least so many: a busy process has few
 * turns a second, and must not fall behind for it.
 */
const sliceMs = 5;
const slice = 64;

export interface IntakeOptions<T> {
  readonly capacity: number;
  readonly clock: Clock;
  readonly handle: (item: T) => void;
  readonly overflow: (item: T) => void;
  /** An item takes the place of the one with its key that waits; without this every item waits by itself. */
  readonly keyOf?: ((item: T) => string) | undefined;
}

/**
 * A bounded queue between a socket and a handler. A burst is handled in slices, so that it cannot keep the process
 * from its other work; what finds the queue full goes to `overflow` at once.
 */
export class Intake<T> {
  /** By key, or by number; in order of arrival. */
  readonly #waiting = new Map<string | number, T>();
  #arrivals = 0;
  #scheduled = false;
  #closed = false;
  readonly #options: IntakeOptions<T>;

  constructor(options: IntakeOptions<T>) {
    invariant(Number.isInteger(options.capacity) && options.capacity > 0, "an intake holds at least one item");
    this.#options = options;
  }

  push(item: T): void {
    if (this.#closed) return;
    const { capacity, keyOf, overflow } = this.#options;
    const key = keyOf?.(item) ?? this.#arrivals++;
    if (this.#waiting.size >= capacity && !this.#waiting.has(key)) return overflow(item);
    this.#waiting.set(key, item);
    this.#schedule();
  }

  /** Resolves once nothing waits any more. */
  async empty(): Promise<void> {
    while (this.#waiting.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Forgets what waits and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  /** A handler that throws is a bug and ends the process; were it caught upstream, the rest is still handled. */
  #drain(): void {
    this.#scheduled = false;
    const { clock, handle } = this.#options;
    const untilMs = clock.monotonicMs() + sliceMs;
    let handled = 0;
    if (this.#waiting.size > 1) this.#schedule();
    for (const [key, item] of this.#waiting) {
      this.#waiting.delete(key);
      handle(item);
      if (++handled % slice === 0 && clock.monotonicMs() >= untilMs) break;
    }
  }
}
