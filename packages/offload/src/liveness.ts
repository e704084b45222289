/** After this many offloads in a row without an answer the cloud is taken for dead. */
const deadAfter = 3;
const firstProbeMs = 1_000;
const longestProbeMs = 30_000;

/**
 * Whether the cloud answers. While it does not, sending on would only burn the budget: single probes, further and
 * further apart, find out when it is back.
 */
export class Liveness {
  #failures = 0;
  #waitMs = firstProbeMs;
  #nextProbeMs = 0;

  get alive(): boolean {
    return this.#failures < deadAfter;
  }

  /** Whether a dead cloud may be asked again now. */
  probeDue(nowMs: number): boolean {
    return !this.alive && nowMs >= this.#nextProbeMs;
  }

  /** The cloud says of itself that it is there again: no need to wait any longer before asking. */
  announced(nowMs: number): void {
    this.#nextProbeMs = Math.min(this.#nextProbeMs, nowMs);
  }

  /** Something went out. The next probe waits from here on: nobody knows for seconds that this one got lost. */
  sent(nowMs: number): void {
    if (!this.alive) this.#wait(nowMs);
  }

  answered(): void {
    this.#failures = 0;
  }

  /** An offload ended without an answer; of a cloud that is taken for dead that is no news. */
  failed(nowMs: number): void {
    if (!this.alive) return;
    this.#failures++;
    if (this.alive) return;
    this.#waitMs = firstProbeMs;
    this.#wait(nowMs);
  }

  #wait(nowMs: number): void {
    this.#nextProbeMs = nowMs + this.#waitMs;
    this.#waitMs = Math.min(longestProbeMs, 2 * this.#waitMs);
  }
}
