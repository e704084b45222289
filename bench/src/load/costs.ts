import { invariant, type Prng } from "@sluice/foundation";

/** What requests cost a real replica, as measured. */
export interface Costs {
  /** Decoding one picture. */
  readonly decodeMs: readonly number[];
  /** Computing a batch, by its size. */
  readonly computeMs: ReadonlyMap<number, readonly number[]>;
  /** Processor time for each millisecond of decoding and computing: the service has more to do than these. */
  readonly cpuShare: number;
  /** From the start of the process until it takes requests. */
  readonly startMs: number;
}

/** What a simulated replica's work takes. */
export interface Draws {
  /** Of each picture. */
  decodeMs(count: number): number[];
  /** Of a batch. */
  computeMs(size: number): number;
}

/** Draws costs as they were measured, at random. */
export class Dice implements Draws {
  readonly #costs: Costs;
  readonly #prng: Prng;

  constructor(costs: Costs, prng: Prng) {
    invariant(costs.decodeMs.length > 0 && costs.computeMs.size > 0, "costs were measured");
    this.#costs = costs;
    this.#prng = prng;
  }

  decodeMs(count: number): number[] {
    return Array.from({ length: count }, () => this.#one(this.#costs.decodeMs));
  }

  /** A size that was never met costs for each picture what the nearest smaller one does, or the smallest. */
  computeMs(size: number): number {
    const sizes = [...this.#costs.computeMs.keys()].toSorted((a, b) => a - b);
    const known = sizes.findLast((each) => each <= size) ?? sizes[0]!;
    return (this.#one(this.#costs.computeMs.get(known)!) * size) / known;
  }

  #one(values: readonly number[]): number {
    return values[Math.floor(this.#prng.next() * values.length)]!;
  }
}

/** What one request takes of a worker when it is computed alone, on average. */
export function serviceMsOf({ computeMs }: Costs): number {
  const alone = computeMs.get(1);
  invariant(alone !== undefined && alone.length > 0, "requests were computed alone");
  return alone.reduce((sum, ms) => sum + ms, 0) / alone.length;
}

/** A request that a real replica answered: when its batch began, of how many, and what it took. */
export interface Served {
  readonly atMs: number;
  readonly batch: number;
  readonly decodeMs: number;
  readonly computeMs: number;
}

/** Costs as they were at the same time in reality: if a replica was slow for a while, so is the simulated one. */
export class Replayed implements Draws {
  readonly #served: readonly Served[];
  readonly #nowMs: () => number;

  constructor(served: readonly Served[], nowMs: () => number) {
    invariant(served.length > 0, "something was served");
    this.#served = served.toSorted((a, b) => a.atMs - b.atMs);
    this.#nowMs = nowMs;
  }

  decodeMs(count: number): number[] {
    return Array.from({ length: count }, () => this.#nearest.decodeMs);
  }

  computeMs(size: number): number {
    const { batch, computeMs } = this.#nearest;
    return (computeMs * size) / batch;
  }

  get #nearest(): Served {
    const nowMs = this.#nowMs();
    const later = this.#served.findIndex(({ atMs }) => atMs >= nowMs);
    const [before, after] = [this.#served[later - 1], this.#served.at(later)!];
    return before && nowMs - before.atMs < after.atMs - nowMs ? before : after;
  }
}
