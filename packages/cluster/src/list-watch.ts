import { limits, SluiceError } from "@sluice/contracts";
import type { Prng } from "@sluice/foundation";
import { ApiError, type ApiStatus } from "./api-error.ts";
import type { Kube } from "./kube.ts";
import { collectionPath, type Resource } from "./resource.ts";

/** Objects of one page; the API server's own clients ask for as many. */
const pageObjects = 500;
/** The server ends a watch by itself after so long, jittered so that a restarted server is not asked by all at once. */
const watchSeconds = { least: 240, most: 600 };
/** With bookmarks the server says something at least every minute: two missed ones mean that the line is dead. */
export const watchSilenceMs = 150_000;

/** Which objects of a kind. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface Page {
  readonly items: readonly unknown[];
  /** Where a watch goes on from; the same on every page of a list. */
  readonly resourceVersion: string;
}

interface RawList {
  readonly items?: readonly unknown[];
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
}

/** All objects, a page at a time, of one moment. A page that is too large is asked for in smaller pieces. */
export async function* listPages(
  kube: Kube,
  resource: Resource,
  selection: Selection,
  signal?: AbortSignal,
): AsyncGenerator<Page> {
  const path = collectionPath(resource, selection.namespace);
  let limit = pageObjects;
  let token: string | undefined;
  do {
    const query = { ...selectors(selection), limit, continue: token };
    const list = await kube.call({ verb: "GET", path, query, signal }).catch((error: unknown) => {
      if (!(error instanceof SluiceError && error.code === "too-large") || limit === 1) throw error;
      return undefined;
    });
    if (list === undefined) {
      limit = Math.ceil(limit / 8);
      continue;
    }
    const { items = [], metadata = {} } = list as RawList;
    yield { items, resourceVersion: metadata.resourceVersion ?? "" };
    token = metadata.continue || undefined;
    if (!token) return;
  } while (true);
}

/** All objects of one moment, unchecked: to look once, where a reflector would go on looking. */
export async function listObjects(kube: Kube, resource: Resource, selection: Selection = {}): Promise<unknown[]> {
  const objects: unknown[] = [];
  for await (const { items } of listPages(kube, resource, selection)) {
    objects.push(...items);
    if (objects.length > limits.clusterObjectsPerKind)
      throw new SluiceError("too-large", `${resource.kind}: more than ${limits.clusterObjectsPerKind} objects`);
  }
  return objects;
}

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: unknown;
}

export interface WatchFrom {
  readonly resourceVersion: string;
  readonly prng: Prng;
  readonly signal: AbortSignal;
}

/**
 * What happened since `resourceVersion`, until the server ends the watch; to be read at once. Both the promise and
 * the events may throw {@link ApiError}: `cluster-expired` where that version is gone.
 */
export async function openWatch(
  kube: Kube,
  resource: Resource,
  selection: Selection,
  from: WatchFrom,
): Promise<AsyncGenerator<WatchEvent>> {
  const path = collectionPath(resource, selection.namespace);
  const { least, most } = watchSeconds;
  const query = {
    ...selectors(selection),
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: from.resourceVersion,
    timeoutSeconds: Math.round(least + (most - least) * from.prng.next()),
  };
  const lines = await kube.stream({ verb: "GET", path, query, signal: from.signal }, watchSilenceMs);
  return events(lines, `watch ${path}`);
}

async function* events(lines: AsyncGenerator<string>, where: string): AsyncGenerator<WatchEvent> {
  for await (const line of lines) yield eventOf(line, where);
}

const selectors = ({ labelSelector, fieldSelector }: Selection) => ({ labelSelector, fieldSelector });

const types = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]);

function eventOf(line: string, where: string): WatchEvent {
  const event = readJson(line, where) as { type?: string; object?: unknown } | null;
  if (event?.type === "ERROR") {
    const status = (event.object ?? {}) as ApiStatus;
    throw new ApiError(where, status.code ?? 500, status);
  }
  if (!types.has(event?.type ?? "")) throw new ApiError(where, 502, { message: `unknown event "${event?.type}"` });
  return event as WatchEvent;
}

function readJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new ApiError(where, 502, { message: `the watch sent no JSON: ${line.slice(0, 200)}` });
  }
}
