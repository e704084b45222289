import type { Clock } from "@sluice/foundation";

/** News of many devices at once are one reason to look. */
const gatherMs = 250;

/** Gathers names for a moment, then passes each on once: what is heard thousands of times a second is looked at in turns. */
export class Nudge {
  readonly #names = new Set<string>();
  readonly #listeners = new Set<(names: readonly string[]) => void>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(name: string): void {
    if (this.#names.size === 0) this.#clock.after(gatherMs, () => this.#pass());
    this.#names.add(name);
  }

  subscribe(listener: (names: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #pass(): void {
    const names = [...this.#names];
    this.#names.clear();
    for (const listener of this.#listeners) listener(names);
  }
}
