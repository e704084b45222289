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

  answered(): void {
    this.#failures = 0;
  }

  /** An offload ended without an answer; those sent before the cloud was taken for dead tell nothing new. */
  failed(nowMs: number): void {
    if (!this.alive && nowMs < this.#nextProbeMs) return;
    this.#failures++;
    const waits = Math.min(this.#failures - deadAfter, 10);
    if (!this.alive) this.#nextProbeMs = nowMs + Math.min(longestProbeMs, firstProbeMs * 2 ** waits);
  }
}
