import { type ControllerRevision, controllerRevisions, listObjects, revisionsOf } from "@sluice/cluster";
import { type Cluster, type ClusterOptions, withCluster } from "../cluster/connect.ts";
import { type Policy, policies } from "../cluster/kinds.ts";
import { ageOf } from "../output/age.ts";
import { listOf, type OutputOptions, put } from "../output/output.ts";
import { type Column, tableOf } from "../output/table.ts";
import type { Terminal } from "../terminal.ts";
import { changesOf, changeText } from "./changes.ts";

/** The policy's recorded specifications, the oldest first. */
export async function revisionsIn({ kube, namespace }: Cluster, policy: Policy): Promise<ControllerRevision[]> {
  const labelSelector = `sluice.dev/policy=${policy.metadata.name}`;
  const all = await listObjects(kube, controllerRevisions, { namespace, labelSelector });
  return revisionsOf(
    policy,
    all.map((object) => controllerRevisions.parse(object)),
  );
}

/** Lists what a policy was, and what each revision changed. */
export async function showHistory(
  name: string,
  options: ClusterOptions & OutputOptions,
  terminal: Terminal,
): Promise<void> {
  const { policy, revisions } = await withCluster(options, async (cluster) => {
    const found = await cluster.get(policies, name);
    return { policy: found, revisions: await revisionsIn(cluster, found) };
  });
  const rows = revisions.map((revision, i) => ({ revision, before: revisions[i - 1] }));
  put(options, terminal, listOf(revisions), (wide) => {
    if (rows.length === 0) return `no revision of ${name} is recorded: no operator has looked at it`;
    return tableOf(columns(policy, wide, Date.now()), rows);
  });
}

interface Row {
  readonly revision: ControllerRevision;
  readonly before: ControllerRevision | undefined;
}

const columns = (policy: Policy, wide: boolean, nowMs: number): Column<Row>[] => [
  { head: "REVISION", cell: ({ revision }) => revision.metadata.name },
  { head: "NO", cell: ({ revision }) => revision.revision, right: true },
  { head: "MADE", cell: ({ revision }) => ageOf(revision.metadata.creationTimestamp, nowMs) },
  { head: "STATE", cell: ({ revision }) => stateOf(policy, revision.metadata.name) },
  { head: "CHANGED", cell: (row) => changed(row, wide) },
];

function stateOf({ status }: Policy, revision: string): string {
  const { currentRevision, updateRevision, failedRevision, rollout } = status ?? {};
  if (revision === failedRevision) return "failed";
  if (revision === updateRevision) return revision === currentRevision ? "current" : (rollout?.phase ?? "new");
  return revision === currentRevision ? "last good" : "old";
}

const pathsShown = 2;

function changed({ revision, before }: Row, wide: boolean): string {
  if (!before) return "the first that is kept";
  const changes = changesOf(before.data, revision.data);
  if (wide) return changes.map(changeText).join("; ");
  const more = changes.length > pathsShown ? ` and ${changes.length - pathsShown} more` : "";
  return `${changes
    .slice(0, pathsShown)
    .map(({ path }) => path)
    .join(", ")}${more}`;
}
