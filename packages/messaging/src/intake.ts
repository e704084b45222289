import { invariant } from "@sluice/foundation";

/** Messages that a subscription may hold unhandled, unless it says otherwise. */
export const defaultPending = 1_024;
/** Messages handled before the event loop gets its turn again. */
const slice = 64;

/**
 * A bounded queue between a socket and a handler. A burst is handled in slices, so that it cannot keep the process
 * from its other work; what finds the queue full goes to `overflow` at once.
 */
export class Intake<T> {
  #waiting: T[] = [];
  #scheduled = false;
  #closed = false;
  readonly #handle: (item: T) => void;
  readonly #overflow: (item: T) => void;
  readonly #capacity: number;

  constructor(capacity: number, handle: (item: T) => void, overflow: (item: T) => void) {
    invariant(Number.isInteger(capacity) && capacity > 0, "an intake holds at least one item");
    this.#capacity = capacity;
    this.#handle = handle;
    this.#overflow = overflow;
  }

  push(item: T): void {
    if (this.#closed) return;
    if (this.#waiting.length >= this.#capacity) return this.#overflow(item);
    this.#waiting.push(item);
    this.#schedule();
  }

  /** Forgets what waits and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  /** A handler that throws is a bug and ends the process; were it caught upstream, the rest is still handled. */
  #drain(): void {
    this.#scheduled = false;
    const batch = this.#waiting.splice(0, slice);
    if (this.#waiting.length > 0) this.#schedule();
    for (const item of batch) {
      if (!this.#closed) this.#handle(item);
    }
  }
}
