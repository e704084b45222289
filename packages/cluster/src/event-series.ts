import { createHash } from "node:crypto";
import { type KubeObject, keyOf, type Resource } from "./resource.ts";

/** What somebody should know about an object. */
export interface Note {
  readonly resource: Resource;
  readonly object: KubeObject;
  readonly type: "Normal" | "Warning";
  /** One word in CamelCase: notes of one object with the same reason are counted as one event. */
  readonly reason: string;
  readonly message: string;
}

/** Notes that are one event: same object, same reason, less than ten minutes apart. */
export interface Series {
  readonly id: string;
  readonly name: string;
  readonly firstMs: number;
  lastMs: number;
  count: number;
  note: Note;
  /** Whether the server has the event. */
  created: boolean;
  /** Monotonic time of the next write, and how often the last one failed. */
  nextWriteMs: number;
  failures: number;
}

export const seriesGapMs = 600_000;
/** Kubernetes' own limits for the text of an event and for a name. */
const messageLimit = 1_024;
const nameLimit = 253;

export const seriesId = ({ resource, object, type, reason }: Note): string =>
  [resource.kind, keyOf(object), object.metadata.uid ?? "", type, reason].join(" ");

export function newSeries(note: Note, nowMs: number): Series {
  const id = seriesId(note);
  const digest = createHash("sha256").update(`${id} ${nowMs}`).digest("hex").slice(0, 16);
  const name = `${note.object.metadata.name.slice(0, nameLimit - digest.length - 1)}.${digest}`;
  const fresh = { created: false, nextWriteMs: Number.NEGATIVE_INFINITY, failures: 0 };
  return { id, name, firstMs: nowMs, lastMs: nowMs, count: 1, note, ...fresh };
}

const seconds = (wallMs: number): string => new Date(wallMs).toISOString().replace(/\.\d+Z$/, "Z");

/** What changes in an event when it is counted. */
export const countOf = ({ count, lastMs, note }: Series) => ({
  count,
  lastTimestamp: seconds(lastMs),
  message: note.message.length <= messageLimit ? note.message : `${note.message.slice(0, messageLimit - 1)}…`,
});

/** Events about what has no namespace are in `default`. */
export const namespaceOf = ({ note }: Series): string => note.object.metadata.namespace ?? "default";

/** A `v1` Event. */
export function eventOf(series: Series, component: string, instance: string): object {
  const { resource, object, type, reason } = series.note;
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    metadata: { name: series.name, namespace: namespaceOf(series) },
    involvedObject: { apiVersion: resource.apiVersion, kind: resource.kind, name, namespace, uid, resourceVersion },
    type,
    reason,
    firstTimestamp: seconds(series.firstMs),
    ...countOf(series),
    source: { component },
    reportingComponent: component,
    reportingInstance: instance,
  };
}
