import { createHash } from "node:crypto";
import { alreadyExists } from "./api-error.ts";
import { canonicalJson, sameJson } from "./equal.ts";
import type { Kube } from "./kube.ts";
import { createObject, readObject } from "./objects.ts";
import { controllerOf, ownerReference } from "./owner.ts";
import { builtIn, type KubeObject, keyOf, objectPath, type Resource } from "./resource.ts";

/** `apps/v1` ControllerRevision: what an object's spec was; its data never changes. */
export interface ControllerRevision extends KubeObject {
  readonly data: unknown;
  /** Order among the revisions of one owner; raised when an old one becomes the newest again. */
  readonly revision: number;
}

export const controllerRevisions = builtIn<ControllerRevision>({
  apiVersion: "apps/v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  namespaced: true,
});

export interface RevisionOf {
  readonly kube: Kube;
  readonly resource: Resource;
  readonly owner: KubeObject;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The owner's revisions, oldest first. */
export const revisionsOf = (owner: KubeObject, all: Iterable<ControllerRevision>): ControllerRevision[] =>
  [...all]
    .filter((revision) => controllerOf(revision)?.uid === owner.metadata.uid)
    .toSorted((a, b) => a.revision - b.revision || (keyOf(a) < keyOf(b) ? -1 : 1));

/** Same owner and same data, same name: whoever writes it twice, after a crash too, writes one. */
export function revisionName(owner: KubeObject, data: unknown): string {
  const text = canonicalJson([owner.metadata.uid, data]);
  return `${owner.metadata.name.slice(0, 200)}-${createHash("sha256").update(text).digest("hex").slice(0, 10)}`;
}

/** The revision that holds `data`, as the newest of `history` (the owner's, oldest first); written where needed. */
export async function ensureRevision(
  { kube, resource, owner, labels = {} }: RevisionOf,
  data: unknown,
  history: readonly ControllerRevision[],
): Promise<ControllerRevision> {
  const newest = history.at(-1);
  const next = (newest?.revision ?? 0) + 1;
  const known = history.find((revision) => sameJson(revision.data, data));
  if (known) return known === newest ? known : raise(kube, known, next);
  const { namespace } = owner.metadata;
  const name = revisionName(owner, data);
  const metadata = { name, namespace, labels, ownerReferences: [ownerReference(resource, owner)] };
  try {
    return await createObject(kube, controllerRevisions, { metadata, data, revision: next });
  } catch (error) {
    const there = alreadyExists(error) && (await readObject(kube, controllerRevisions, keyOf({ metadata })));
    if (!there) throw error;
    return there;
  }
}

async function raise(kube: Kube, known: ControllerRevision, revision: number): Promise<ControllerRevision> {
  const { resourceVersion } = known.metadata;
  return controllerRevisions.parse(
    await kube.call({
      verb: "PATCH",
      path: objectPath(controllerRevisions, keyOf(known)),
      body: { metadata: { resourceVersion }, revision },
      contentType: "application/merge-patch+json",
    }),
  );
}

/** Those that may be deleted: older than the newest `keep`, and not in use. */
export function surplusRevisions(
  history: readonly ControllerRevision[],
  keep: number,
  inUse: ReadonlySet<string>,
): ControllerRevision[] {
  const idle = history.filter((revision) => !inUse.has(revision.metadata.name));
  return idle.slice(0, Math.max(0, idle.length - keep));
}
