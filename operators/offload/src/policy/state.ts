import { createHash } from "node:crypto";
import { canonicalJson } from "@sluice/cluster";
import type { OffloadPolicyStatus, RolloutPhase } from "@sluice/contracts";
import {
  interval,
  type Look,
  type Phase,
  type Plan,
  type Report,
  type RolloutState,
  type Stage,
} from "@sluice/rollout";

type RolloutStatus = NonNullable<OffloadPolicyStatus["rollout"]>;

/** What is stored of a rollout, and how people read it. */
export type RolloutFields = Pick<
  OffloadPolicyStatus,
  "currentRevision" | "updateRevision" | "failedRevision" | "rollout"
>;

const stages: Readonly<Record<Stage, RolloutPhase>> = {
  spreading: "Waiting",
  measuring: "Measuring",
  resting: "Pausing",
  approval: "AwaitingApproval",
  paused: "Paused",
  held: "Held",
  done: "Done",
  undone: "RolledBack",
};

const ends: Partial<Readonly<Record<RolloutPhase, Phase>>> = {
  Held: "held",
  RolledBack: "rolled-back",
  Aborted: "aborted",
  Done: "complete",
};

/** The stored rollout; null where there is none, or nothing that makes sense: then it begins anew. */
export function readState(status: OffloadPolicyStatus | undefined): RolloutState | null {
  const { rollout, currentRevision, updateRevision } = status ?? {};
  if (!rollout || !updateRevision) return null;
  return {
    stable: currentRevision ?? null,
    target: updateRevision,
    phase: ends[rollout.phase] ?? "rolling",
    wave: Math.max(0, Number.parseInt(rollout.step ?? "1", 10) - 1),
    reach: rollout.reach ?? null,
    begunMs: readTime(rollout.startedAt),
    settledMs: readTime(rollout.settledAt),
    measuredMs: readTime(rollout.measuredAt),
    passedMs: readTime(rollout.passedAt),
    passes: rollout.passes ?? 0,
    failures: rollout.failures ?? 0,
    failure: rollout.failure ?? null,
    restart: rollout.restart ?? null,
  };
}

/**
 * Whether the stored rollout is as an operator wrote it. A hand that wants to cheat can, one that slips is noticed. Without a
 * seal it is believed: an older operator wrote it, or an older CRD does not know the field.
 */
export function isSound(status: OffloadPolicyStatus | undefined): boolean {
  const seal = status?.rollout?.seal;
  const state = readState(status);
  return seal === undefined || (state !== null && seal === sealOf(state));
}

const sealOf = (state: RolloutState): string =>
  createHash("sha256").update(canonicalJson(state)).digest("hex").slice(0, 16);

export function writeState(state: RolloutState, plan: Plan, report: Report): RolloutFields {
  const { stable, target, phase } = state;
  const failed = phase === "rolled-back" || phase === "aborted" || phase === "held";
  return {
    ...(stable !== null && { currentRevision: stable }),
    updateRevision: target,
    ...(failed && { failedRevision: target }),
    rollout: defined({
      phase: phase === "aborted" ? "Aborted" : stages[report.stage],
      wave: plan.waves[state.wave]?.name ?? "rest",
      step: `${state.wave + 1}/${plan.waves.length + 1}`,
      reach: state.reach,
      startedAt: writeTime(state.begunMs),
      settledAt: writeTime(state.settledMs),
      measuredAt: writeTime(state.measuredMs),
      passedAt: writeTime(state.passedMs),
      passes: state.passes,
      failures: state.failures,
      failure: state.failure,
      restart: state.restart,
      seal: sealOf(state),
      message: report.message.slice(0, messageLength),
      metrics: report.looks.map(verdictOf),
    }),
  };
}

const messageLength = 1_024;

function verdictOf({ check, reading, verdict }: Look): NonNullable<RolloutStatus["metrics"]>[number] {
  const name = check.name;
  const word = ({ good: "Good", bad: "Bad", unknown: "Unknown" } as const)[verdict];
  if (!reading) return { name, verdict: word };
  const [low, high] = interval(reading);
  return {
    name,
    verdict: word,
    samples: reading.samples,
    value: figure(reading.mean),
    low: figure(low),
    high: figure(high),
  };
}

const figure = (value: number): string => String(Number(value.toPrecision(4)));

const readTime = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text));
const writeTime = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** Without the fields that are null, which the schema leaves out. */
function defined(fields: { readonly [K in keyof RolloutStatus]: RolloutStatus[K] | null }): RolloutStatus {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as RolloutStatus;
}
