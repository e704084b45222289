import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { Clock, Prng } from "@sluice/foundation";
import { Echoes } from "./echoes.ts";
import type { Recorder } from "./events.ts";
import { type Finalizer, Finalizing } from "./finalizing.ts";
import type { Kube } from "./kube.ts";
import { type Meter, noMeter } from "./meter.ts";
import { type Conflict, type Deferred, type Outcome, outcomeOf, stalled } from "./outcome.ts";
import { ownKey } from "./owner.ts";
import type { Reflector } from "./reflector.ts";
import { type Conditioned, type Reconciled, Reporter } from "./report.ts";
import type { KubeObject } from "./resource.ts";
import type { Change, Rejection } from "./store.ts";
import { Workqueue } from "./workqueue.ts";

/** Times of the next look are spread, so that a fleet of objects does not come back in step. */
const spread = 0.1;
const workersByDefault = 4;
/** Looks that wait for nothing follow each other for so long; then the process may do something else. */
const atAStretchMs = 5;

/** Changes of other objects that concern one of the controller's. */
export interface Source {
  whenSynced(): Promise<void>;
  /** What need not be looked at at once is gathered for `afterMs`. */
  subscribe(enqueue: (key: string, afterMs?: number) => void): () => void;
}

/** `keys` says which of the controller's objects a change concerns, `afterMs` how long such changes are gathered. */
export const sourceOf = <T extends KubeObject>(
  reflector: Reflector<T>,
  keys: (change: Change<T>) => Iterable<string>,
  afterMs: () => number = () => 0,
): Source => ({
  whenSynced: () => reflector.whenSynced(),
  subscribe: (enqueue) =>
    reflector.subscribe((change) => {
      for (const key of keys(change)) enqueue(key, afterMs());
    }),
});

export interface ControllerOptions<T extends Conditioned> {
  /** In metrics and in the queue's name. */
  readonly name: string;
  readonly kube: Kube;
  /** The objects that it reconciles; running it, like all reflectors, is the program's business. */
  readonly reflector: Reflector<T>;
  readonly sources?: readonly Source[];
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly meter?: Meter;
  readonly workers?: number;
  /** Brings the world nearer to the spec. What it throws becomes an outcome too: see `outcomeOf`. */
  reconcile(object: T, signal: AbortSignal): Promise<Reconciled | { readonly outcome: Deferred }>;
  /** For kinds with something to clean up: the object stays until this has worked. */
  readonly finalizer?: Finalizer<T>;
  /** The object is gone; forget what was kept of it. */
  gone?(key: string): void;
  /** For the log. */
  onOutcome?(key: string, outcome: Ending): void;
}

type Ending = Outcome | Deferred | Conflict;

/**
 * Reconciles the objects of one kind until `signal` aborts, then lets what is under way finish. The one place where an
 * outcome becomes status, event, metric and next try.
 */
export async function runController<T extends Conditioned>(
  options: ControllerOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  const { name, clock, meter = noMeter } = options;
  const queue = new Workqueue({ name, clock, meter });
  const echoes = new Echoes();
  const own = (change: Change<T>) => (echoes.isNews(change) ? ownKey(change) : []);
  const sources = [sourceOf(options.reflector, own), ...(options.sources ?? [])];
  const add = (key: string, afterMs = 0) => void queue.addAfter(key, afterMs);
  const unsubscribe = sources.map((source) => source.subscribe(add));
  const stopped = Promise.withResolvers<void>();
  const stop = () => stopped.resolve(queue.stop());
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const synced = Promise.all(sources.map((source) => source.whenSynced()));
  await Promise.race([synced, stopped.promise]);
  // What was known before anybody listened, and what is malformed.
  for (const key of options.reflector.store.keys()) add(key);
  for (const rejection of options.reflector.store.rejections()) add(rejection.key);
  const controller = new Controller(options, queue, echoes);
  await Promise.all(Array.from({ length: options.workers ?? workersByDefault }, () => controller.work(signal)));
  await stopped.promise;
  unsubscribe.forEach((end) => end());
}

const failure = (error: unknown): { outcome: Outcome | Conflict } => ({ outcome: outcomeOf(error) });

class Controller<T extends Conditioned> {
  readonly #options: ControllerOptions<T>;
  readonly #queue: Workqueue;
  readonly #reporter: Reporter<T>;
  readonly #finalizing: Finalizing<T>;
  readonly #meter: Meter;
  readonly #echoes: Echoes;
  #restedMs = 0;

  constructor(options: ControllerOptions<T>, queue: Workqueue, echoes: Echoes) {
    const { kube, reflector, recorder, clock, meter = noMeter } = options;
    this.#options = options;
    this.#queue = queue;
    this.#echoes = echoes;
    this.#meter = meter;
    this.#reporter = new Reporter({ kube, resource: reflector.resource, recorder, clock });
    this.#finalizing = new Finalizing(kube, reflector.resource, options.finalizer);
  }

  async work(signal: AbortSignal): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      const startMs = this.#options.clock.monotonicMs();
      const outcome = await this.#turn(key, signal).catch(outcomeOf);
      if (!signal.aborted) this.#follow(key, outcome);
      this.#measure(outcome, this.#options.clock.monotonicMs() - startMs);
      this.#queue.done(key);
      await this.#rest();
    }
  }

  /** Thousands of looks in a row would else keep messages and timers waiting until the last. */
  async #rest(): Promise<void> {
    const { clock } = this.#options;
    if (clock.monotonicMs() - this.#restedMs < atAStretchMs) return;
    await eventLoopTurn();
    this.#restedMs = clock.monotonicMs();
  }

  /** One look at one object; undefined where there is none any more. */
  async #turn(key: string, signal: AbortSignal): Promise<Ending | undefined> {
    const { store } = this.#options.reflector;
    const [object, rejection] = [store.get(key), store.rejection(key)];
    if (rejection?.metadata.deletionTimestamp) return this.#finalizing.end(rejection, object);
    if (rejection) return this.#reject(rejection);
    if (!object) {
      this.#options.gone?.(key);
      return undefined;
    }
    if (object.metadata.deletionTimestamp) return this.#finalizing.end(object, object);
    // The finalizer makes a new version, which comes here by itself.
    if (await this.#finalizing.begin(object)) return { kind: "conflict", leastMs: 0 };
    const found = await this.#options.reconcile(object, signal).catch(failure);
    if (found.outcome.kind === "conflict" || found.outcome.kind === "deferred") return found.outcome;
    if (!signal.aborted) await this.#report(key, object, found as Reconciled);
    return found.outcome;
  }

  async #report(key: string, object: T, found: Reconciled): Promise<void> {
    if (!found.quiet) return void (await this.#reporter.report(object, found));
    this.#echoes.begin(key);
    let version: string | undefined;
    try {
      version = await this.#reporter.report(object, found);
    } finally {
      if (this.#echoes.end(key, version)) this.#queue.add(key);
    }
  }

  /** What is malformed is told so; whoever uses the object goes on with the last version that was well-formed. */
  async #reject({ error, metadata, status }: Rejection): Promise<Outcome> {
    const outcome = stalled("Invalid", error.message);
    await this.#reporter.report({ metadata, status: status as T["status"] }, { outcome });
    return outcome;
  }

  #follow(key: string, outcome: Ending | undefined): void {
    if (outcome) this.#options.onOutcome?.(key, outcome);
    if (outcome?.kind === "failed" || outcome?.kind === "conflict") this.#queue.retry(key, outcome.leastMs);
    else this.#queue.forget(key);
    const afterMs = outcome && "afterMs" in outcome ? outcome.afterMs : undefined;
    if (afterMs !== undefined) this.#queue.addAfter(key, afterMs * (1 - spread * this.#options.prng.next()));
  }

  #measure(outcome: Ending | undefined, tookMs: number): void {
    const controller = this.#options.name;
    this.#meter.observe("sluice_operator_reconcile_seconds", { controller }, tookMs / 1_000);
    this.#meter.inc("sluice_operator_reconciles_total", { controller, outcome: outcome?.kind ?? "gone" });
  }
}
