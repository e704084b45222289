import type { Clock } from "@sluice/foundation";

/** Wakes those who wait for something to change. */
export class Bell {
  readonly #clock: Clock;
  readonly #sleepers = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    for (const wake of this.#sleepers) wake();
  }

  /** Resolves at the next ring, or after `delayMs`. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      let cancel: (() => void) | undefined;
      const wake = () => {
        cancel?.();
        this.#sleepers.delete(wake);
        resolve();
      };
      this.#sleepers.add(wake);
      if (Number.isFinite(delayMs)) cancel = this.#clock.after(Math.max(0, delayMs), wake);
    });
  }
}
