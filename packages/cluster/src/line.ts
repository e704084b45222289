/** Items that are passed are cut off together, when there are many of them and they are most of the list. */
const cutAfter = 1_024;

/** First in, first out. A `Map` would do it too, but passes all that was taken from its front on the way to the next. */
export class Line {
  #items: string[] = [];
  #next = 0;

  push(item: string): void {
    this.#items.push(item);
  }

  shift(): string | undefined {
    const item = this.#items[this.#next];
    if (item === undefined) return undefined;
    this.#next++;
    if (this.#next > cutAfter && 2 * this.#next > this.#items.length) {
      this.#items = this.#items.slice(this.#next);
      this.#next = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#next = 0;
  }
}
