import { quantile } from "../statistics.ts";
import type { End, Request } from "./replica.ts";

/** Width of a slot of the timeline. */
export const slotMs = 5_000;

/** What happened in one slot of time; what becomes of a request counts in the slot in which it came. */
export interface Slot {
  asked: number;
  /** Expired, refused, or nobody was there. */
  lost: number;
  waits: number;
  waitedMs: number;
  /** Pods at its end. */
  replicas: number;
}

/** Books of a trial. */
export class Ledger {
  readonly ends: Record<End, number> = { answered: 0, expired: 0, overloaded: 0, nobody: 0 };
  readonly slots: readonly Slot[];
  readonly #waitsMs: number[] = [];

  constructor(endMs: number) {
    const empty = (): Slot => ({ asked: 0, lost: 0, waits: 0, waitedMs: 0, replicas: 0 });
    this.slots = Array.from({ length: Math.ceil(endMs / slotMs) }, empty);
  }

  /** How long requests that were computed had waited. */
  get waitMs(): { readonly mean: number; readonly p95: number } {
    const waits = this.#waitsMs;
    if (waits.length === 0) return { mean: 0, p95: 0 };
    return { mean: waits.reduce((sum, ms) => sum + ms, 0) / waits.length, p95: quantile(waits, 0.95) };
  }

  asked({ arrivedMs }: Request): void {
    this.#slotAt(arrivedMs).asked++;
  }

  waited({ arrivedMs }: Request, ms: number): void {
    this.#waitsMs.push(ms);
    const slot = this.#slotAt(arrivedMs);
    slot.waits++;
    slot.waitedMs += ms;
  }

  ended({ arrivedMs }: Request, end: End): void {
    this.ends[end]++;
    if (end !== "answered") this.#slotAt(arrivedMs).lost++;
  }

  replicas(atMs: number, count: number): void {
    this.#slotAt(atMs).replicas = count;
  }

  #slotAt(atMs: number): Slot {
    return this.slots[Math.min(this.slots.length - 1, Math.floor(atMs / slotMs))]!;
  }
}
