import type { GateMetric } from "@sluice/contracts";
import { formatDuration } from "@sluice/foundation";
import { type ClusterOptions, withCluster } from "../cluster/connect.ts";
import { devices, type Policy, policies } from "../cluster/kinds.ts";
import { exitCodes, Verdict } from "../failure.ts";
import { type OutputOptions, put } from "../output/output.ts";
import type { Terminal } from "../terminal.ts";
import { type Change, changesOf, changeText } from "./changes.ts";
import { readObjects } from "./documents.ts";
import { type Effect, effectOf } from "./effect.ts";
import { propose } from "./wanted.ts";
import type { Step } from "./waves.ts";

export interface DiffOptions extends ClusterOptions, OutputOptions {}

interface Difference {
  readonly policy: string;
  readonly exists: boolean;
  readonly changes: readonly Change[];
  readonly effect: Effect;
}

/** Says what applying the file's policies would change, for how many devices, in which waves. Nothing is written. */
export async function diff(file: string, options: DiffOptions, terminal: Terminal): Promise<void> {
  const written = (await readObjects([file])).filter(({ kind }) => kind === "OffloadPolicy");
  const compared = await withCluster(options, async (cluster) => {
    const around = { policies: await cluster.list(policies), devices: await cluster.list(devices) };
    const each = [];
    for (const object of written) {
      const proposal = await propose(cluster, object);
      each.push({ proposal, effect: effectOf(proposal, around.policies, around.devices) });
    }
    return each;
  });
  const found = compared.map(({ proposal: { live, proposed }, effect }) => ({
    proposed,
    difference: {
      policy: proposed.metadata.name,
      exists: live !== undefined,
      changes: changesOf(live?.raw.spec ?? {}, proposed.raw.spec),
      effect,
    },
  }));
  const data = found.map(({ difference }) => difference);
  put(options, terminal, data, () =>
    found.map((each) => textOf(each.difference, each.proposed, terminal)).join("\n\n"),
  );
  if (data.some(({ changes }) => changes.length > 0)) throw new Verdict(exitCodes.different);
}

function textOf({ policy, exists, changes, effect }: Difference, proposed: Policy, { colors }: Terminal): string {
  if (changes.length === 0) return `${colors.bold(policy)}: nothing would change`;
  const paint = { "~": colors.yellow, "+": colors.green, "-": colors.red };
  const lines = changes.map(changeText).map((line) => paint[line[0] as keyof typeof paint](line));
  const head = exists ? `${changes.length} field(s) would change` : "would be created";
  return [`${colors.bold(policy)}: ${head}`, ...lines, ...effectLines(effect, proposed)]
    .map((line, i) => (i ? `  ${line}`.trimEnd() : line))
    .join("\n");
}

function effectLines({ devices: mine, gained, lost, offline, revision, steps }: Effect, proposed: Policy): string[] {
  const who = `for ${mine.length} device(s)`;
  const moves = [
    ...(gained.length > 0 ? [`gains ${some(gained)}`] : []),
    ...(lost.length > 0 ? [`loses ${some(lost)}`] : []),
  ];
  if (revision === null) return ["", ...moves, `no new revision ${who}: leases, gates and waves follow at once`];
  return [
    "",
    ...moves,
    `revision ${revision} ${who}, ${gateText(proposed)}`,
    ...steps.map(stepText),
    ...(offline.length > 0 ? [`offline, so in no wave, and converge when they return: ${some(offline)}`] : []),
    ...(proposed.spec.rollout.paused ? ["rollout.paused holds it until `sluice policy resume`"] : []),
  ];
}

function gateText({ spec: { gate } }: Policy): string {
  return gate.metrics.length === 0 ? "without a gate" : `gated by ${gate.metrics.map(boundText).join(", ")}`;
}

const boundText = ({ name, min, max }: GateMetric): string =>
  [...(min === undefined ? [] : [`${name} >= ${min}`]), ...(max === undefined ? [] : [`${name} <= ${max}`])].join(", ");

function stepText({ name, devices: added, pauseMs, approval }: Step, i: number): string {
  const after = approval
    ? "; then waits for `sluice policy promote`"
    : pauseMs > 0
      ? `; then rests ${formatDuration(pauseMs)}`
      : "";
  return `  wave ${i + 1} ${name}: ${added.length === 0 ? "nobody more" : `+${added.length} ${some(added)}`}${after}`;
}

const shown = 4;

const some = (names: readonly string[]): string =>
  names.length <= shown ? names.join(", ") : `${names.slice(0, shown).join(", ")} and ${names.length - shown} more`;
