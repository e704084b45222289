import { apply, type KubeObject, objectPath } from "@sluice/cluster";
import { SluiceError } from "@sluice/contracts";
import type { Cluster } from "../cluster/connect.ts";
import { type Policy, policies } from "../cluster/kinds.ts";
import type { Written } from "./documents.ts";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
/** Whose fields `kubectl apply --server-side` takes them for. */
const kubectl = "kubectl";

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A policy as the server has it, if it does, and as it would be after `kubectl apply` of the file; nothing is written. */
export interface Proposal {
  readonly live: Policy | undefined;
  readonly proposed: Policy;
}

export async function propose(cluster: Cluster, written: Written): Promise<Proposal> {
  const live = await cluster.find(policies, written.name);
  const { metadata, ...rest } = written.value as { metadata?: object };
  const object = { ...rest, metadata: { ...metadata, name: written.name, namespace: cluster.namespace } };
  const last = live && lastOf(live);
  const proposed = live && last ? await patched(cluster, live, last, object) : await applied(cluster, object);
  return { live, proposed };
}

const applied = (cluster: Cluster, object: KubeObject) =>
  apply(cluster.kube, policies, object as Parameters<typeof apply>[2], {
    fieldManager: kubectl,
    force: true,
    dryRun: true,
  }).then((value) => value as Policy);

/** What client-side `kubectl apply` does: a merge patch that takes out what was applied before and is not in the file any more. */
async function patched({ kube }: Cluster, live: Policy, last: Fields, object: Fields): Promise<Policy> {
  const spec = merge(
    live.raw.spec,
    isFields(last["spec"]) ? last["spec"] : {},
    isFields(object["spec"]) ? object["spec"] : {},
  );
  const { namespace, name } = live.metadata;
  const path = objectPath(policies, `${namespace}/${name}`);
  const contentType = "application/merge-patch+json";
  return policies.parse(
    await kube.call({ verb: "PATCH", path, query: { dryRun: "All" }, body: { spec }, contentType }),
  );
}

/** RFC 7396: null takes a field out. */
function merge(live: Fields, last: Fields, file: Fields): Fields {
  const gone = Object.keys(last).filter((key) => !Object.hasOwn(file, key) && Object.hasOwn(live, key));
  const kept = Object.entries(file).map(([key, value]) => {
    const [was, before] = [live[key], last[key]];
    if (!isFields(value) || !isFields(was)) return [key, value];
    return [key, merge(was, isFields(before) ? before : {}, value)];
  });
  return Object.fromEntries([...gone.map((key) => [key, null]), ...kept]);
}

function lastOf({ metadata }: Policy): Fields | undefined {
  const text = metadata.annotations?.[lastApplied];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch (cause) {
    throw new SluiceError("object-invalid", `${metadata.name}: annotation ${lastApplied} is no JSON`, { cause });
  }
}
