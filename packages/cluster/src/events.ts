import type { Clock } from "@sluice/foundation";
import { ApiError, isGone } from "./api-error.ts";
import { remember } from "./bounded.ts";
import {
  countOf,
  eventOf,
  type Note,
  namespaceOf,
  newSeries,
  type Series,
  seriesGapMs,
  seriesId,
} from "./event-series.ts";
import type { Kube } from "./kube.ts";
import { type Meter, noMeter } from "./meter.ts";
import { TokenBuckets } from "./token-buckets.ts";
import { Workqueue } from "./workqueue.ts";

/** client-go's bounds: series that are remembered; an object's notes, 25 at once and one in five minutes after that. */
const seriesKept = 4_096;
const perObject = { burst: 25, everyMs: 300_000 } as const;
/** Notes of all objects of a kind together: a fleet that falls silent is told of by its policy, not ten thousand times. */
const perKind = { burst: 200, everyMs: 1_000, maxBuckets: 64 } as const;
/** A series that goes on is written once a minute. */
const writeEveryMs = 60_000;
const triesForEvent = 5;

export interface RecorderOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly meter?: Meter;
  /** Who reports: `sluice-operator`. */
  readonly component: string;
  /** Which one of them: the pod's name. */
  readonly instance: string;
}

/** Tells people, through Kubernetes' events, what happened to objects. Best effort: it never holds anybody up. */
export class Recorder {
  /** By id, the longest silent first. */
  readonly #series = new Map<string, Series>();
  readonly #queue: Workqueue;
  readonly #buckets: TokenBuckets;
  readonly #kinds: TokenBuckets;
  readonly #options: RecorderOptions;
  readonly #meter: Meter;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#meter = options.meter ?? noMeter;
    this.#queue = new Workqueue({ name: "events", clock: options.clock, meter: this.#meter, maxKeys: seriesKept });
    this.#buckets = new TokenBuckets(options.clock, { ...perObject, maxBuckets: seriesKept });
    this.#kinds = new TokenBuckets(options.clock, perKind);
  }

  /** Returns at once; the event is written behind the scenes. */
  note(note: Note): void {
    const { kind } = note.resource;
    if (!this.#buckets.take(`${kind} ${note.object.metadata.uid} ${note.type}`) || !this.#kinds.take(kind))
      return this.#count("dropped");
    const series = this.#seriesOf(note);
    remember(this.#series, series.id, series, seriesKept);
    if (!this.#queue.addAfter(series.id, this.#waitMs(series))) this.#count("dropped");
  }

  /** Writes events until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => void this.#queue.stop();
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    for (let id = await this.#queue.take(); id !== undefined; id = await this.#queue.take()) {
      const series = this.#series.get(id);
      if (series) await this.#write(series);
      this.#queue.done(id);
    }
  }

  #seriesOf(note: Note): Series {
    const nowMs = this.#options.clock.wallMs();
    const known = this.#series.get(seriesId(note));
    if (!known || nowMs - known.lastMs > seriesGapMs) return newSeries(note, nowMs);
    known.count++;
    known.lastMs = nowMs;
    known.note = note;
    return known;
  }

  /** Until the next write of a series; one that is due now counts as written, so that a burst is one write. */
  #waitMs(series: Series): number {
    const nowMs = this.#options.clock.monotonicMs();
    const waitMs = series.nextWriteMs - nowMs;
    if (waitMs <= 0) series.nextWriteMs = nowMs + writeEveryMs;
    return waitMs;
  }

  async #write(series: Series): Promise<void> {
    const counting = series.created;
    try {
      if (counting) await this.#update(series);
      else await this.#create(series);
      const nextWriteMs = this.#options.clock.monotonicMs() + writeEveryMs;
      Object.assign(series, { created: true, failures: 0, nextWriteMs });
      this.#queue.forget(series.id);
      this.#count(counting ? "counted" : "created");
    } catch (error) {
      // The server forgets events after an hour.
      if (isGone(error) && counting) series.created = false;
      this.#retry(series, error);
    }
  }

  #retry(series: Series, error: unknown): void {
    series.failures++;
    const hopeless = error instanceof ApiError && error.consequence === "stalled";
    if (!hopeless && series.failures < triesForEvent) this.#queue.retry(series.id);
    else {
      this.#series.delete(series.id);
      this.#queue.forget(series.id);
      this.#count("dropped");
    }
  }

  async #create(series: Series): Promise<void> {
    const body = {
      apiVersion: "v1",
      kind: "Event",
      ...eventOf(series, this.#options.component, this.#options.instance),
    };
    await this.#options.kube.call({ verb: "POST", path: path(series), body });
  }

  async #update(series: Series): Promise<void> {
    const contentType = "application/merge-patch+json";
    const body = countOf(series);
    await this.#options.kube.call({ verb: "PATCH", path: `${path(series)}/${series.name}`, body, contentType });
  }

  #count(fate: "created" | "counted" | "dropped"): void {
    this.#meter.inc("sluice_operator_events_total", { fate });
  }
}

const path = (series: Series): string => `/api/v1/namespaces/${namespaceOf(series)}/events`;
