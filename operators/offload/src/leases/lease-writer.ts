import { asSluiceError, type Lease, type SluiceError } from "@sluice/contracts";

/** Writes under way at once. */
const underWayMax = 256;

/**
 * Writes leases, at most one of a device at a time: what comes meanwhile replaces what waits, so that a slow broker is
 * never asked for more than the newest of each. A write that fails is not repeated; the device's next report is answered anew.
 */
export class LeaseWriter {
  /** Writes that failed so far. */
  failed = 0;
  readonly #waiting = new Map<string, Lease>();
  readonly #underWay = new Set<string>();
  readonly #write: (lease: Lease) => Promise<unknown>;
  readonly #onProblem: (problem: SluiceError) => void;

  constructor(write: (lease: Lease) => Promise<unknown>, onProblem: (problem: SluiceError) => void) {
    this.#write = write;
    this.#onProblem = onProblem;
  }

  add(leases: readonly Lease[]): void {
    for (const lease of leases) this.#waiting.set(lease.device, lease);
    this.#next();
  }

  /** Forgets what has not been written yet. */
  clear(): void {
    this.#waiting.clear();
  }

  #next(): void {
    for (const [device, lease] of this.#waiting) {
      if (this.#underWay.size >= underWayMax) return;
      if (this.#underWay.has(device)) continue;
      this.#waiting.delete(device);
      this.#underWay.add(device);
      void this.#one(lease);
    }
  }

  async #one(lease: Lease): Promise<void> {
    try {
      await this.#write(lease);
    } catch (problem) {
      this.failed++;
      this.#onProblem(asSluiceError(problem));
    }
    this.#underWay.delete(lease.device);
    this.#next();
  }
}
