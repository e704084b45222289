import type { Clock } from "@sluice/foundation";

/**
 * Fires `onSilence` once when `feed()` was not called for `limitMs`. The time is measured in two halves: where our own
 * event loop was blocked the first half ends late, and the second gives what waited meanwhile a chance to be read.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #limitMs: number;
  #cancel: () => void = () => {};

  constructor(clock: Clock, limitMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
    this.feed();
  }

  /** All is well; from now on `limitMs` is the limit. */
  feed(limitMs = this.#limitMs): void {
    this.#limitMs = limitMs;
    this.#cancel();
    this.#cancel = this.#clock.after(limitMs / 2, () => {
      this.#cancel = this.#clock.after(limitMs / 2, this.#onSilence);
    });
  }

  stop(): void {
    this.#cancel();
  }
}
