import type { World } from "./world.builder.ts";

export interface Entry {
  readonly value: unknown;
  readonly revision: number;
}

export type Watcher = (key: string, entry: Entry) => void;

/** The key-value bucket: linearizable writes, compare-and-swap on a key's revision. */
export class Bucket {
  readonly entries = new Map<string, Entry>();
  readonly lines = new Set<Line>();
  #revision = 0;

  /** The new revision, or null where the key has another than `expected`. */
  write(key: string, value: unknown, expected?: number): number | null {
    if (expected !== undefined && (this.entries.get(key)?.revision ?? 0) !== expected) return null;
    const entry = { value, revision: ++this.#revision };
    this.entries.set(key, entry);
    for (const line of this.lines) line.changed(key, entry);
    return entry.revision;
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** Everything is lost, and the revisions of the new bucket begin anew, as those of a new stream do. */
  wipe(): void {
    this.entries.clear();
    this.#revision = 0;
  }
}

/** How slow and how lossy the network is; times in milliseconds. */
export interface Weather {
  readonly lossShare: number;
  readonly duplicateShare: number;
  readonly slowShare: number;
  readonly slowMs: number;
}

export const fair: Weather = { lossShare: 0, duplicateShare: 0, slowShare: 0, slowMs: 0 };
const timeoutMs = 3_000;

/** A process's connection to the bucket: everything on it is late, and may be lost, doubled or overtaken. */
export class Line {
  cut = false;
  weather: Weather;
  readonly #world: World;
  readonly #bucket: Bucket;
  readonly #wants: (key: string) => boolean;
  readonly #watcher: Watcher;

  constructor(world: World, bucket: Bucket, weather: Weather, wants: (key: string) => boolean, watcher: Watcher) {
    this.#world = world;
    this.#bucket = bucket;
    this.weather = weather;
    this.#wants = wants;
    this.#watcher = watcher;
    bucket.lines.add(this);
    this.resync();
  }

  /** For good: what is under way to the bucket still arrives. */
  close(): void {
    this.#bucket.lines.delete(this);
  }

  /** A message that nobody stores: whoever listens hears it, or not. */
  tell(subject: string, value: unknown): void {
    this.#travel(() => {
      for (const line of this.#bucket.lines) line.changed(subject, { value, revision: 0 });
    });
  }

  /** `done` hears the revision, or null if it was refused, or if nobody knows within the timeout. */
  write(key: string, value: unknown, expected: number | undefined, done: (revision: number | null) => void): void {
    const once = onlyOnce(done);
    this.#world.after(timeoutMs, () => once(null));
    this.#travel(() => {
      const revision = this.#bucket.write(key, value, expected);
      this.#travel(() => once(revision));
    });
  }

  /** `done` hears the entry, or null for none; nothing if the answer was lost. */
  read(key: string, done: (entry: Entry | null) => void): void {
    const once = onlyOnce(done);
    this.#travel(() => {
      const entry = this.#bucket.entries.get(key) ?? null;
      this.#travel(() => once(entry));
    });
  }

  changed(key: string, entry: Entry): void {
    if (this.#wants(key)) this.#travel(() => this.#deliver(key, entry));
  }

  /** What a watch does on every new connection: the current value of each key. */
  resync(): void {
    this.#travel(() => {
      for (const [key, entry] of this.#bucket.entries) this.changed(key, entry);
    });
  }

  #deliver(key: string, entry: Entry): void {
    if (this.#bucket.lines.has(this)) this.#watcher(key, entry);
  }

  #travel(arrive: () => void): void {
    const { lossShare, duplicateShare } = this.weather;
    if (this.cut || this.#world.chance(lossShare)) return;
    this.#world.after(this.#delayMs(), arrive);
    if (this.#world.chance(duplicateShare)) this.#world.after(this.#delayMs(), arrive);
  }

  #delayMs(): number {
    const { slowShare, slowMs } = this.weather;
    return this.#world.chance(slowShare) ? this.#world.between(0, slowMs) : this.#world.between(1, 80);
  }
}

function onlyOnce<T>(fire: (value: T) => void): (value: T) => void {
  let fired = false;
  return (value) => {
    if (fired) return;
    fired = true;
    fire(value);
  };
}
