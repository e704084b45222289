import type { Clock } from "@sluice/foundation";

/** Calls `act` every `periodMs` until the returned function is called. */
export function every(clock: Clock, periodMs: number, act: () => void): () => void {
  let cancel = clock.after(periodMs, step);
  function step(): void {
    cancel = clock.after(periodMs, step);
    act();
  }
  return () => cancel();
}
