import { asSluiceError, type SluiceError } from "@sluice/contracts";
import { backoffMs, type Clock, type Prng, pause } from "@sluice/foundation";
import { ApiError, isGone } from "./api-error.ts";
import type { Kube } from "./kube.ts";
import { listPages, openWatch, type Selection, type WatchEvent } from "./list-watch.ts";
import { type Meter, noMeter } from "./meter.ts";
import { asObject, type KubeObject, keyOf, type Resource } from "./resource.ts";
import { type Change, type Rejection, Store, type StoreView } from "./store.ts";

const backoff = { firstMs: 500, maxMs: 30_000 };
/** A watch that held for so long was a good one: what comes after it starts without a grudge. */
const steadyMs = 10_000;
const resyncMsByDefault = 3_600_000;

export interface ReflectorOptions<T extends KubeObject> {
  readonly kube: Kube;
  readonly resource: Resource<T>;
  readonly selection?: Selection;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly meter?: Meter;
  /** Everything is listed anew, and told of, about this often (default 1 h): heals whatever was missed. */
  readonly resyncMs?: number;
  readonly maxObjects?: number;
  /** Nothing needs the kind: a server that does not know it is no blindness, and is not measured as one. */
  readonly optional?: boolean;
  /** Told once for each version of an object that cannot be used. */
  onRejected?(rejection: Rejection): void;
  /** Told of each failed list or watch, which is tried again. */
  onProblem?(error: SluiceError): void;
}

type Gauge = "sluice_operator_objects" | "sluice_operator_objects_rejected" | "sluice_operator_watch_connected";

/** Keeps a store like the server's objects of one kind, for ever and through every failure, until `run` is aborted. */
export class Reflector<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly store: StoreView<T>;
  readonly #store: Store<T>;
  readonly #options: ReflectorOptions<T>;
  readonly #meter: Meter;
  readonly #listeners = new Set<(change: Change<T>) => void>();
  readonly #synced = Promise.withResolvers<void>();
  #isSynced = false;
  #problem: SluiceError | null = null;
  /** Where the next watch goes on; undefined where only a full list helps. */
  #version: string | undefined;
  #resyncAtMs = 0;
  /** Where the end of what it is doing is counted. */
  #doing: "sluice_operator_lists_total" | "sluice_operator_watches_total" = "sluice_operator_lists_total";

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#meter = options.meter ?? noMeter;
    this.resource = options.resource;
    this.#store = new Store(
      options.resource,
      {
        onChange: (change) => this.#listeners.forEach((listener) => listener(change)),
        onRejected: (rejection) => options.onRejected?.(rejection),
      },
      options.maxObjects,
    );
    this.store = this.#store;
  }

  /** True from the first complete list on. */
  get synced(): boolean {
    return this.#isSynced;
  }

  /** Why the store may be behind; null while a watch holds. */
  get problem(): SluiceError | null {
    return this.#problem;
  }

  /** Calls back inside the reading of the watch: put a key into a queue, do not work there. */
  subscribe(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the first complete list. */
  whenSynced(): Promise<void> {
    return this.#synced.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, prng } = this.#options;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const startMs = clock.monotonicMs();
      const dueToResync = await this.#round(signal).catch((error: unknown) => this.#failed(error, signal));
      this.#unwatched();
      // The server ends each watch after some minutes: no failure, unless it does so at once.
      if (dueToResync || clock.monotonicMs() - startMs >= steadyMs) attempt = 0;
      const leastMs = this.#problem instanceof ApiError ? this.#problem.retryAfterMs : 0;
      if (!dueToResync) await pause(clock, Math.max(leastMs, backoffMs(backoff, attempt, prng)), signal);
    }
  }

  /** A list where one is due, and a watch; true where the time for the next list ended it. */
  async #round(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    if (this.#version === undefined || clock.monotonicMs() >= this.#resyncAtMs) await this.#list(signal);
    const resync = new AbortController();
    const cancel = clock.after(Math.max(0, this.#resyncAtMs - clock.monotonicMs()), () => resync.abort());
    try {
      await this.#watch(AbortSignal.any([signal, resync.signal]));
    } catch (error) {
      if (!resync.signal.aborted) throw error;
    } finally {
      cancel();
    }
    this.#count("ok");
    return resync.signal.aborted;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { kube, resource, selection = {}, clock, prng, resyncMs = resyncMsByDefault } = this.#options;
    const isResync = this.#version !== undefined;
    this.#doing = "sluice_operator_lists_total";
    // First, so that a resync that fails is not insisted on: the watch goes on without it.
    this.#resyncAtMs = clock.monotonicMs() + resyncMs * (0.75 + 0.5 * prng.next());
    const keys = new Set<string>();
    let version = "";
    for await (const page of listPages(kube, resource, selection, signal)) {
      for (const item of page.items) {
        const key = this.#store.put(item);
        if (key !== undefined) keys.add(key);
      }
      version = page.resourceVersion;
    }
    this.#store.keepOnly(keys);
    if (isResync) this.#store.announce();
    this.#version = version;
    this.#count("ok");
    this.#isSynced = true;
    this.#synced.resolve();
    this.#measure();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { kube, resource, selection = {}, prng } = this.#options;
    this.#doing = "sluice_operator_watches_total";
    const from = { resourceVersion: this.#version ?? "", prng, signal };
    const events = await openWatch(kube, resource, selection, from);
    this.#problem = null;
    this.#gauge("sluice_operator_watch_connected", 1);
    for await (const event of events) this.#apply(event);
  }

  #apply({ type, object }: WatchEvent): void {
    const named = type === "BOOKMARK" ? undefined : asObject(object);
    if (named && type === "DELETED") this.#store.remove(keyOf(named));
    else if (named) this.#store.put(object);
    const version = (object as KubeObject | null)?.metadata?.resourceVersion;
    if (version) this.#version = version;
    this.#meter.inc("sluice_operator_watch_events_total", { kind: this.resource.kind });
    this.#measure();
  }

  #failed(cause: unknown, signal: AbortSignal): boolean {
    if (signal.aborted) return false;
    const error = asSluiceError(cause);
    this.#problem = error;
    if (error.code === "cluster-expired") this.#version = undefined;
    this.#count(error.code);
    this.#options.onProblem?.(error);
    return false;
  }

  #measure(): void {
    this.#gauge("sluice_operator_objects", this.store.size);
    this.#gauge("sluice_operator_objects_rejected", this.#store.rejectedSize);
  }

  #unwatched(): void {
    const { optional = false } = this.#options;
    if (optional && isGone(this.#problem)) {
      this.#meter.remove("sluice_operator_watch_connected", { kind: this.resource.kind });
    } else this.#gauge("sluice_operator_watch_connected", 0);
  }

  #gauge(name: Gauge, value: number): void {
    this.#meter.set(name, { kind: this.resource.kind }, value);
  }

  #count(outcome: string): void {
    this.#meter.inc(this.#doing, { kind: this.resource.kind, outcome });
  }
}
