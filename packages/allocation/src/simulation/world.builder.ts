import { type Prng, Ring, seededPrng } from "@sluice/foundation";

/** Events remembered for the story of a violation. */
const remembered = 160;

interface Event {
  readonly atMs: number;
  readonly turn: number;
  readonly fire: () => void;
}

/** True time, one source of randomness, and what is going to happen. Everything else in a simulation lives on these. */
export class World {
  nowMs = 0;
  steps = 0;
  readonly prng: Prng;
  #turns = 0;
  /** A binary heap, the earliest first. */
  readonly #events: Event[] = [];
  readonly #story = new Ring<string>(remembered);

  constructor(seed: number) {
    this.prng = seededPrng(seed);
  }

  after(delayMs: number, fire: () => void): void {
    const event = { atMs: this.nowMs + delayMs, turn: this.#turns++, fire };
    const events = this.#events;
    let at = events.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, events[parent]!)) break;
      events[at] = events[parent]!;
      at = parent;
    }
    events[at] = event;
  }

  /** Lets the next thing happen. */
  step(): void {
    const next = this.#take();
    this.nowMs = next.atMs;
    this.steps++;
    next.fire();
  }

  /** Remembers a line of the story. */
  tell(what: () => string): void {
    this.#story.push(`${(this.nowMs / 1_000).toFixed(3).padStart(12)}s  ${what()}`);
  }

  get story(): string {
    return [...this.#story].join("\n");
  }

  chance(share: number): boolean {
    return this.prng.next() < share;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.prng.next();
  }

  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.prng.next() * items.length)]!;
  }

  #take(): Event {
    const events = this.#events;
    const first = events[0]!;
    const last = events.pop()!;
    if (events.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && before(events[child + 1]!, events[child]!)) child++;
      if (before(last, events[child]!)) break;
      events[at] = events[child]!;
      at = child;
    }
    events[at] = last;
    return first;
  }
}

const before = (a: Event, b: Event) => a.atMs < b.atMs || (a.atMs === b.atMs && a.turn < b.turn);

/** A clock that started somewhere and runs a little fast or slow. */
export class SkewedClock {
  readonly #world: World;
  readonly #offsetMs: number;
  readonly #startMs: number;
  readonly speed: number;

  constructor(world: World, drift: number) {
    this.#world = world;
    this.#startMs = world.nowMs;
    this.#offsetMs = world.between(0, 1e8);
    this.speed = world.chance(0.3) ? 1 + drift * world.pick([-1, 1]) : 1 + world.between(-drift, drift);
  }

  now(): number {
    return this.#offsetMs + (this.#world.nowMs - this.#startMs) * this.speed;
  }
}
