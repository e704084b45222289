import { createHash } from "node:crypto";
import { limits } from "@sluice/contracts";
import { remember } from "./bounded.ts";
import { canonicalJson } from "./equal.ts";
import type { Kube } from "./kube.ts";
import { type KubeObject, keyOf, type ObjectMeta, objectPath, type Resource } from "./resource.ts";

const applyType = "application/apply-patch+yaml";

export interface ApplyOptions {
  /** Whose fields these are. What the manager applied before and does not apply any more is taken out. */
  readonly fieldManager: string;
  /** Takes fields over that others own; without it, such a field is the error `field-conflict`, which names the owner. */
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly subresource?: string;
}

/** What is wanted of an object: metadata by which it is found, and the fields that the manager cares for. */
export interface Desired extends KubeObject {
  readonly [field: string]: unknown;
}

/** Server-side apply; returns the object as it is then. */
export async function apply<T extends KubeObject>(
  kube: Kube,
  resource: Resource<T>,
  desired: Desired,
  { fieldManager, force, dryRun, subresource }: ApplyOptions,
): Promise<T> {
  const answer = await kube.call({
    verb: "PATCH",
    path: objectPath(resource, keyOf(desired), subresource),
    query: { fieldManager, force: force || undefined, dryRun: dryRun ? "All" : undefined },
    body: { ...desired, apiVersion: resource.apiVersion, kind: resource.kind },
    contentType: applyType,
  });
  return resource.parse(answer);
}

interface Applied {
  readonly digest: string;
  readonly uid: string | undefined;
  readonly state: string;
}

/**
 * Applies what is wanted, with force, unless it was applied before and nothing has touched the object since: so a
 * steady state writes nothing, and drift is put right.
 */
export class Applier {
  /** By kind and key; the least lately used goes first, and costs one needless write. */
  readonly #applied = new Map<string, Applied>();
  readonly #kube: Kube;
  readonly #fieldManager: string;

  constructor(kube: Kube, fieldManager: string) {
    this.#kube = kube;
    this.#fieldManager = fieldManager;
  }

  /** `live` is the object as the store has it. Returns whether anything was sent. */
  async apply<T extends KubeObject>(resource: Resource<T>, desired: Desired, live: T | undefined): Promise<boolean> {
    const id = `${resource.kind} ${keyOf(desired)}`;
    const digest = createHash("sha256").update(canonicalJson(desired)).digest("base64");
    const known = this.#applied.get(id);
    if (known && live && known.digest === digest && sameState(known, live)) return false;
    const now = await apply(this.#kube, resource, desired, { fieldManager: this.#fieldManager, force: true });
    const applied = { digest, uid: now.metadata.uid, state: stateOf(now.metadata) };
    remember(this.#applied, id, applied, limits.clusterObjectsPerKind);
    return true;
  }
}

const sameState = (known: Applied, { metadata }: KubeObject): boolean =>
  known.uid === metadata.uid && known.state === stateOf(metadata);

/** Changes with everything but the status, where the kind counts generations; else with every write. */
function stateOf({
  generation,
  resourceVersion,
  labels,
  annotations,
  ownerReferences,
  finalizers,
}: ObjectMeta): string {
  if (generation === undefined) return `version ${resourceVersion}`;
  return canonicalJson({ generation, labels, annotations, ownerReferences, finalizers });
}
