import { isConflict, mergePatch, patchObject } from "@sluice/cluster";
import { policyAnnotations, SluiceError } from "@sluice/contracts";
import { type Cluster, type ClusterOptions, withCluster } from "../cluster/connect.ts";
import { type Policy, policies } from "../cluster/kinds.ts";
import type { Terminal } from "../terminal.ts";
import { changesOf, changeText } from "./changes.ts";
import { revisionsIn } from "./history.ts";

/** What a command does to a policy, and says about it. */
export interface Steer {
  readonly patch: { readonly metadata?: object; readonly spec?: object };
  readonly says: readonly string[];
}

/** Throws where the rollout is not in a state in which this makes sense. */
export type Plan = (policy: Policy, cluster: Cluster) => Steer | Promise<Steer>;

export interface SteerOptions extends ClusterOptions {
  dryRun?: boolean;
}

/** Somebody else (an operator's status, above all) may write in between. */
const attempts = 5;

/** Reads the policy, decides, and writes, if nobody has changed the policy meanwhile; else decides anew. */
export async function steer(name: string, plan: Plan, options: SteerOptions, terminal: Terminal): Promise<void> {
  await withCluster(options, async (cluster) => {
    const { says } = await decide(cluster, name, plan, options.dryRun ?? false);
    terminal.write(`${says.join("\n")}\n`);
  });
}

async function decide(cluster: Cluster, name: string, plan: Plan, dryRun: boolean): Promise<Steer> {
  for (let left = attempts; ; left--) {
    const policy = await cluster.get(policies, name);
    const steered = await plan(policy, cluster);
    if (dryRun) return { ...steered, says: [...steered.says, "nothing was written: --dry-run"] };
    try {
      await patchObject(cluster.kube, policies, policy, steered.patch);
      return steered;
    } catch (error) {
      if (!isConflict(error) || left <= 1) throw error;
    }
  }
}

const refuse = (message: string): never => {
  throw new SluiceError("rollout-refused", message);
};

/** The revision that is being rolled out; refuses where there is none. */
function underWay({ metadata, status }: Policy, what: string): { revision: string; wave: number; place: string } {
  const { rollout, updateRevision } = status ?? {};
  const { name } = metadata;
  if (!rollout || !updateRevision)
    return refuse(`${name}: no operator has begun a rollout, so there is nothing to ${what}`);
  const { phase, step = "1/1", wave = "" } = rollout;
  const over = phase === "Done" || phase === "RolledBack" || phase === "Aborted";
  if (over) return refuse(`${name}: ${updateRevision} is ${phase}, so there is nothing to ${what}`);
  return { revision: updateRevision, wave: Number.parseInt(step, 10), place: `wave ${wave} (${step})` };
}

/** Requests by annotation; the operator takes them off when they are answered. */
const annotate = (requests: Readonly<Partial<Record<keyof typeof policyAnnotations, string>>>) => ({
  annotations: Object.fromEntries(
    Object.entries(requests).map(([key, value]) => [policyAnnotations[key as keyof typeof policyAnnotations], value]),
  ),
});

/** On past this wave's gate and pause, or past all. */
export const promote =
  (all: boolean): Plan =>
  (policy) => {
    const { revision, wave, place } = underWay(policy, "promote");
    if (policy.spec.rollout.paused) refuse(`${policy.metadata.name} is paused: \`sluice policy resume\` it first`);
    const says = all ? `${revision} is promoted through all waves` : `${revision} is promoted past ${place}`;
    return { patch: { metadata: annotate({ promote: all ? revision : `${revision}/${wave}` }) }, says: [says] };
  };

export const abort: Plan = (policy) => {
  const { revision } = underWay(policy, "abort");
  const { currentRevision } = policy.status ?? {};
  const back = currentRevision ? `devices get ${currentRevision} back` : "devices go without a policy, as before";
  return { patch: { metadata: annotate({ abort: revision }) }, says: [`${revision} is given up: ${back}`] };
};

export const hold =
  (paused: boolean): Plan =>
  ({ metadata, spec }) => ({
    patch: { spec: { rollout: { paused } } },
    says: [
      `${metadata.name} ${spec.rollout.paused === paused ? "was already" : "is"} ${paused ? "paused" : "going on"}`,
    ],
  });

/** Begins the rollout of a revision that failed or was given up again. */
export const restart =
  (token: string): Plan =>
  ({ metadata, status }) => {
    const failed = status?.failedRevision;
    if (!failed || failed !== status.updateRevision)
      refuse(`${metadata.name}: no revision has failed, so there is nothing to restart`);
    return {
      patch: { metadata: annotate({ restart: token }) },
      says: [`${failed} begins anew, with the first wave`],
    };
  };

/** The specification of an earlier revision; how changes reach devices stays as it is. */
export const undo =
  (to: string | undefined): Plan =>
  async (policy, cluster) => {
    const revisions = await revisionsIn(cluster, policy);
    const { currentRevision, updateRevision } = policy.status ?? {};
    const lastGood = currentRevision === updateRevision ? undefined : currentRevision;
    const names = revisions.map(({ metadata }) => metadata.name);
    const before = names[names.indexOf(updateRevision ?? names.at(-1) ?? "") - 1];
    const wanted = to ?? lastGood ?? before;
    const revision = revisions.find(({ metadata, revision: no }) => metadata.name === wanted || String(no) === wanted);
    if (!revision)
      return refuse(
        `${policy.metadata.name}: no ${wanted ? `revision ${wanted}` : "earlier revision"}; there are ${names.join(", ") || "none"}`,
      );
    const { rollout, gate } = policy.raw.spec;
    const spec = {
      ...(revision.data as object),
      ...(rollout !== undefined && { rollout }),
      ...(gate !== undefined && { gate }),
    };
    const patch = mergePatch(policy.raw.spec, spec);
    if (!patch) return { patch: {}, says: [`${policy.metadata.name} is ${revision.metadata.name} already`] };
    const changes = changesOf(policy.raw.spec, spec).map((change) => `  ${changeText(change)}`);
    return {
      patch: { spec: patch },
      says: [`${policy.metadata.name} goes back to ${revision.metadata.name}`, ...changes],
    };
  };
