import { conditionOf } from "@sluice/cluster";
import type { OffloadPolicyStatus } from "@sluice/contracts";
import type { Policy } from "../cluster/kinds.ts";
import { ageOf } from "../output/age.ts";
import { type Column, fieldsOf, tableOf, unknown } from "../output/table.ts";
import type { Terminal } from "../terminal.ts";

/** All policies, a line each. */
export const policyColumns: readonly Column<Policy>[] = [
  { head: "NAME", cell: ({ metadata }) => metadata.name },
  { head: "ROLLOUT", cell: ({ status }) => status?.rollout?.phase },
  { head: "WAVE", cell: ({ status }) => status?.rollout?.step },
  { head: "UPDATED", cell: ({ status }) => ofAll(status, "updated"), right: true },
  { head: "ONLINE", cell: ({ status }) => ofAll(status, "online"), right: true },
  { head: "FAILED", cell: ({ status }) => status?.devices?.failed, right: true },
  { head: "AGREEMENT", cell: ({ status }) => agreement(status) },
  { head: "GRANTED", cell: ({ status }) => status?.budget?.granted, wide: true },
  { head: "USED", cell: ({ status }) => status?.budget?.used, wide: true },
  { head: "LIMIT", cell: ({ status }) => status?.budget?.limit, wide: true },
  { head: "REVISION", cell: ({ status }) => status?.updateRevision, wide: true },
  { head: "WHY", cell: ({ status }) => conditionOf(status?.conditions, "Ready")?.reason, wide: true },
];

function ofAll(status: OffloadPolicyStatus | undefined, key: "updated" | "online"): string | undefined {
  const counts = status?.devices;
  return counts && `${counts[key] ?? unknown}/${counts.selected}`;
}

function agreement(status: OffloadPolicyStatus | undefined): string | undefined {
  const known = status?.agreement;
  return known && `${known.mean} (${known.low}-${known.high})`;
}

/** One policy, all that its operator says of it: at most 80 columns, but for what people or programs wrote. */
export function statusText(policy: Policy, terminal: Terminal, nowMs: number): string {
  const { metadata, status } = policy;
  const { colors } = terminal;
  const stale = status?.observedGeneration !== metadata.generation;
  const note = stale ? colors.yellow("  the operator has not yet looked at this version of the policy") : "";
  const name = `${colors.bold(metadata.name)}${note}`;
  const fields: [string, string][] = [
    ["Rollout", rolloutText(status, nowMs)],
    ["Revision", revisions(status)],
    ["Devices", devices(status)],
    ["Budget", budget(policy)],
    ...quota(status),
    ["Agreement", agreementText(status)],
  ];
  return [
    name,
    ...messageOf(status).map((message) => `  ${message}`),
    "",
    fieldsOf(fields, "  "),
    ...gate(status),
    ...conditions(status, nowMs),
  ].join("\n");
}

function rolloutText(status: OffloadPolicyStatus | undefined, nowMs: number): string {
  const { phase, wave, step, startedAt } = status?.rollout ?? {};
  if (!phase) return unknown;
  const age = ageOf(startedAt, nowMs);
  const place = wave && step ? `, wave ${wave} (${step})` : "";
  return `${phase}${phase === "Done" ? "" : place}${age !== undefined && phase !== "Done" ? `, begun ${age} ago` : ""}`;
}

const messageOf = (status: OffloadPolicyStatus | undefined): string[] =>
  status?.rollout?.message ? [status.rollout.message] : [];

function revisions(status: OffloadPolicyStatus | undefined): string {
  const { currentRevision = unknown, updateRevision = unknown } = status ?? {};
  return currentRevision === updateRevision ? updateRevision : `${currentRevision} -> ${updateRevision}`;
}

function devices(status: OffloadPolicyStatus | undefined): string {
  const { selected, online, updated, failed, overridden } = status?.devices ?? {};
  const others = overridden ? `, ${overridden} of another policy` : "";
  const counts = { selected, online, updated, failed };
  return `${Object.entries(counts)
    .map(([word, count]) => `${count ?? unknown} ${word}`)
    .join(", ")}${others}`;
}

function budget({ status, raw }: Policy): string {
  const { limit, granted = unknown, used = unknown, price = unknown } = status?.budget ?? {};
  const asked = (raw.spec["budget"] as { rate?: string } | undefined)?.rate ?? unknown;
  return `${limit ?? asked}, granted ${granted}, used ${used}, price ${price}`;
}

function quota(status: OffloadPolicyStatus | undefined): [string, string][] {
  const { period } = status?.budget ?? {};
  return period ? [["Quota", `${period.used} of ${period.limit} since ${period.start}`]] : [];
}

function agreementText(status: OffloadPolicyStatus | undefined): string {
  const known = status?.agreement;
  return known ? `${known.mean}, 95 % within ${known.low} to ${known.high}, ${known.samples} replies` : unknown;
}

type Verdict = NonNullable<NonNullable<OffloadPolicyStatus["rollout"]>["metrics"]>[number];

const gateColumns: readonly Column<Verdict>[] = [
  { head: "GATE", cell: ({ name }) => name },
  { head: "VALUE", cell: ({ value }) => value, right: true },
  {
    head: "95 %",
    cell: ({ low, high }) => (low === undefined || high === undefined ? undefined : `${low} to ${high}`),
  },
  { head: "SAMPLES", cell: ({ samples }) => samples, right: true },
  { head: "VERDICT", cell: ({ verdict }) => verdict },
];

function gate(status: OffloadPolicyStatus | undefined): string[] {
  const metrics = status?.rollout?.metrics ?? [];
  return metrics.length === 0 ? [] : ["", indented(tableOf(gateColumns, metrics))];
}

function conditions(status: OffloadPolicyStatus | undefined, nowMs: number): string[] {
  const known = status?.conditions ?? [];
  if (known.length === 0) return ["", "  no conditions: no operator has looked at this policy"];
  const table = tableOf(
    [
      { head: "CONDITION", cell: ({ type }) => type },
      { head: "STATUS", cell: (condition) => condition.status },
      { head: "REASON", cell: ({ reason }) => reason },
      { head: "SINCE", cell: ({ lastTransitionTime }) => ageOf(lastTransitionTime, nowMs) },
    ],
    known,
  );
  // What the rollout says stands above already.
  const told = status?.rollout?.message;
  const messages = known.filter(({ message }) => message !== "" && message !== told);
  return ["", indented(table), ...messages.map(({ type, message }) => `  ${type}: ${message}`)];
}

const indented = (text: string): string =>
  text
    .split("\n")
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
