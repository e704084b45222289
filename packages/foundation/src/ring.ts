import { invariant } from "./invariant.ts";

/** The last `capacity` items, oldest first; pushing into a full ring forgets the oldest. */
export class Ring<T> {
  #items: T[] = [];
  #start = 0;
  readonly capacity: number;

  constructor(capacity: number) {
    invariant(Number.isInteger(capacity) && capacity > 0, "a ring holds at least one item");
    this.capacity = capacity;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#items.length < this.capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#start] = item;
    this.#start = (this.#start + 1) % this.capacity;
  }

  /** The newest item, if there is one. */
  last(): T | undefined {
    return this.#items.at((this.#start + this.#items.length - 1) % Math.max(1, this.#items.length));
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.#items.length; i++) {
      yield this.#items[(this.#start + i) % this.#items.length] as T;
    }
  }
}
