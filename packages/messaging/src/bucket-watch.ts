import type { KvEntry } from "@nats-io/kv";
import { SluiceError } from "@sluice/contracts";
import { backoffMs, type Clock, type Prng, pause } from "@sluice/foundation";
import type { Session, Shelf } from "./bucket.ts";
import { translated } from "./bucket-errors.ts";

/** How often a watch looks whether the bucket is still the one that it watches. */
const lookEveryMs = 5_000;
/** A watch begins anew now and then, should anything ever have passed it by. */
const renewEveryMs = 600_000;
/** Keys that a watch remembers; further ones are left out, as problems. */
const keysBound = 65_536;
/** Changes that may wait to be handled; beyond, the watch begins anew, which brings the last value of each key. */
const pendingBound = 131_072;
/** Changes handled before the event loop gets its turn again. */
const slice = 64;
const backoff = { firstMs: 200, maxMs: 5_000 };

export interface WatchHandlers<T> {
  /** A key's value is new. Values that came before come again only if the bucket was lost meanwhile. */
  onValue(key: string, value: T, revision: number): void;
  /** True where the caller wrote this revision itself: it is not told of it. */
  isOwn?(key: string, revision: number): boolean;
  /** A key is gone, perhaps together with the bucket. */
  onDelete(key: string): void;
  /** What was ignored, or why nothing can be watched for the moment. */
  onProblem(problem: SluiceError): void;
}

export interface WatchOptions<T> extends WatchHandlers<T> {
  readonly shelf: Shelf<T>;
  /** Keys, with `*` and `>`. */
  readonly filter: string;
  readonly clock: Clock;
  readonly prng: Prng;
}

/**
 * Follows the values of some keys for ever: over reconnections, restarts of the broker, and the loss of the bucket. What
 * changed while nobody watched is told as if it had just happened, deletions included.
 */
export class Watch<T> {
  /** Values ignored because they were malformed, and keys beyond the bound. */
  ignored = 0;
  #synced = false;
  /** When the bucket that {@link #revisions} speak of was created. */
  #bucket = "";
  readonly #revisions = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #options: WatchOptions<T>;

  constructor(options: WatchOptions<T>) {
    this.#options = options;
    void this.#run();
  }

  /** Whether all that the bucket held when the present connection began has been told. */
  get synced(): boolean {
    return this.#synced;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { shelf, clock, prng } = this.#options;
    const { signal } = this.#stop;
    for (let attempt = 0; !signal.aborted; attempt++) {
      await shelf.bucket.connected(signal);
      const startMs = clock.monotonicMs();
      await shelf.bucket
        .with((session) => this.#session(session))
        .catch((error: unknown) => signal.aborted || this.#options.onProblem(translated(error, shelf.bucket.name)));
      this.#synced = false;
      if (clock.monotonicMs() - startMs > backoff.maxMs) attempt = 0;
      await pause(clock, backoffMs(backoff, attempt, prng), signal);
    }
  }

  /** Lists what there is, tells what vanished, and follows the changes until the connection or the bucket is lost. */
  async #session({ kv, gone }: Session): Promise<void> {
    const ended = aborted(AbortSignal.any([gone, this.#stop.signal]));
    const { filter } = this.#options;
    const begun = await Promise.race([ended, this.#identify({ kv, gone }).then(() => listed(kv.keys(filter)))]);
    if (begun === "ended") return;
    this.#forget(begun);
    const changes = await Promise.race([ended, kv.watch({ key: filter })]);
    if (changes === "ended") return;
    const following = this.#follow(changes, begun);
    const looking = this.#look({ kv, gone }, following);
    await Promise.race([ended, following, looking]).finally(() => changes.stop());
  }

  /** Revisions say nothing about another bucket of the same name. */
  async #identify({ kv }: Session): Promise<void> {
    const created = (await kv.status()).streamInfo.created;
    if (created !== this.#bucket) for (const key of this.#revisions.keys()) this.#revisions.set(key, 0);
    this.#bucket = created;
  }

  #forget(present: ReadonlySet<string>): void {
    for (const key of this.#revisions.keys()) if (!present.has(key)) this.#deleted(key);
    this.#synced = present.size === 0;
  }

  async #follow(changes: AsyncIterable<KvEntry> & { getPending(): number }, missing: Set<string>): Promise<void> {
    let handled = 0;
    for await (const entry of changes) {
      if (this.#stop.signal.aborted || changes.getPending() > pendingBound) return;
      this.#tell(entry);
      missing.delete(entry.key);
      if (missing.size === 0) this.#synced = true;
      if (++handled % slice === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Ends when the bucket is another one, or when it is time to begin anew. */
  async #look(session: Session, following: Promise<void>): Promise<void> {
    const { clock } = this.#options;
    const untilMs = clock.monotonicMs() + renewEveryMs;
    const over = new AbortController();
    void following.finally(() => over.abort()).catch(() => {});
    const signal = AbortSignal.any([over.signal, session.gone, this.#stop.signal]);
    while (!signal.aborted && clock.monotonicMs() < untilMs) {
      await pause(clock, lookEveryMs, signal);
      if (signal.aborted) return;
      if ((await session.kv.status()).streamInfo.created !== this.#bucket) return;
    }
  }

  #tell(entry: KvEntry): void {
    const { key, revision } = entry;
    if (entry.operation !== "PUT") return this.#deleted(key);
    if (this.#revisions.get(key) === revision) return;
    if (!this.#revisions.has(key) && this.#revisions.size >= keysBound) {
      return this.#ignore(new SluiceError("too-large", `${key}: a watch follows ${keysBound} keys at most`));
    }
    this.#revisions.set(key, revision);
    if (this.#options.isOwn?.(key, revision)) return;
    const { value } = this.#options.shelf.decode(entry);
    if (value.ok) this.#options.onValue(key, value.value, revision);
    else this.#ignore(new SluiceError(value.error.code, `${key}: ${value.error.message}`));
  }

  #deleted(key: string): void {
    if (this.#revisions.delete(key)) this.#options.onDelete(key);
  }

  #ignore(problem: SluiceError): void {
    this.ignored++;
    this.#options.onProblem(problem);
  }
}

async function listed(keys: Promise<AsyncIterable<string>>): Promise<Set<string>> {
  const all = new Set<string>();
  for await (const key of await keys) all.add(key);
  return all;
}

function aborted(signal: AbortSignal): Promise<"ended"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("ended");
    signal.addEventListener("abort", () => resolve("ended"), { once: true });
  });
}
