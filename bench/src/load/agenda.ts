/** What happens in a simulation, in the order of its time. */
export class Agenda {
  #nowMs = 0;
  /** The next one last. */
  readonly #ahead: { readonly atMs: number; readonly act: () => void }[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Plans `act` for `atMs`, or for now if that is past; what was planned before for the same time comes first. */
  at(atMs: number, act: () => void): void {
    const whenMs = Math.max(atMs, this.#nowMs);
    let [low, high] = [0, this.#ahead.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ahead[middle]!.atMs > whenMs) low = middle + 1;
      else high = middle;
    }
    this.#ahead.splice(low, 0, { atMs: whenMs, act });
  }

  after(delayMs: number, act: () => void): void {
    this.at(this.#nowMs + delayMs, act);
  }

  /** Plans `act` again and again, from `fromMs` on. */
  every(periodMs: number, fromMs: number, act: () => void): void {
    this.at(fromMs, () => {
      act();
      this.every(periodMs, fromMs + periodMs, act);
    });
  }

  /** Lets happen what is planned up to `endMs`. */
  run(endMs: number): void {
    for (let next = this.#ahead.at(-1); next && next.atMs <= endMs; next = this.#ahead.at(-1)) {
      this.#ahead.pop();
      this.#nowMs = next.atMs;
      next.act();
    }
    this.#nowMs = endMs;
  }
}
