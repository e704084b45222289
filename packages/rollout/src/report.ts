import { type Input, looksAt } from "./advance.ts";
import type { Device } from "./facts.ts";
import type { Look } from "./measure.ts";
import { membersOf, waveOf } from "./members.ts";
import type { Plan } from "./plan.ts";
import { type Failure, type RolloutState, underWay } from "./state.ts";

/** What each device should be told: the rollout's outcome. Null takes the policy away from it. */
export function desired(state: RolloutState, plan: Plan, devices: readonly Device[]): Map<string, string | null> {
  const members = underWay(state) ? membersOf(state, plan, devices) : new Set<Device>();
  const rest = state.phase === "complete" ? state.target : state.stable;
  return new Map(devices.map((device) => [device.name, members.has(device) ? state.target : rest]));
}

/** What a rollout does, or waits for. */
export type Stage = "paused" | "spreading" | "measuring" | "resting" | "approval" | "held" | "done" | "undone";

export interface Report {
  readonly stage: Stage;
  /** What happens next, for a person. */
  readonly message: string;
  /** The wave has waited longer than its deadline: somebody has to look. */
  readonly overdue: boolean;
  readonly counts: Counts;
  /** Checks of the gate, while it measures. */
  readonly looks: readonly Look[];
  /** When to look again though nothing was heard; null if only news can change anything. */
  readonly lookAgainInMs: number | null;
}

export interface Counts {
  readonly selected: number;
  readonly online: number;
  /** Run the target by their own word. */
  readonly updated: number;
  /** Would not take it. */
  readonly refused: number;
  /** Have it or may have it. */
  readonly reached: number;
}

/** Explains a state that `advance` returned for the same input. */
export function report(state: RolloutState, input: Input): Report {
  const members = underWay(state) ? [...membersOf(state, input.plan, input.devices)] : [];
  const measures = state.phase === "rolling" && state.settledMs !== null && state.passedMs === null;
  const looks = measures ? looksAt(state, input, members) : [];
  const tell = tellOf(state, input, members, looks);
  const waits = tell.stage === "spreading" || tell.stage === "measuring";
  const ageMs = input.nowMs - (state.begunMs ?? input.nowMs);
  const untilLateMs = waits ? input.plan.gate.deadlineMs - ageMs : Infinity;
  const late = `; no verdict for ${seconds(ageMs)}, so nothing moves until there is one: promote or abort`;
  const againMs = Math.min(tell.inMs ?? Infinity, untilLateMs > 0 ? untilLateMs : Infinity);
  return {
    stage: tell.stage,
    message: untilLateMs <= 0 ? `${tell.message}${late}` : tell.message,
    overdue: untilLateMs <= 0,
    counts: countsOf(state, input.devices, members),
    looks,
    lookAgainInMs: againMs === Infinity ? null : againMs,
  };
}

function countsOf({ target }: RolloutState, devices: readonly Device[], members: readonly Device[]): Counts {
  const count = (fits: (device: Device) => boolean) => devices.filter(fits).length;
  return {
    selected: devices.length,
    online: count(({ online }) => online),
    updated: count(({ applied }) => applied === target),
    refused: count(({ refused }) => refused?.revision === target),
    reached: members.length,
  };
}

interface Tell {
  readonly stage: Stage;
  readonly message: string;
  readonly inMs?: number;
}

function tellOf(state: RolloutState, input: Input, members: readonly Device[], looks: readonly Look[]): Tell {
  if (state.phase !== "rolling") return ended(state);
  const place = placeOf(state, input.plan);
  if (state.begunMs === null) return { stage: "paused", message: `paused before ${place}` };
  if (state.settledMs === null) return { stage: "spreading", message: `${place}: ${spread(state, members)}` };
  if (state.passedMs === null) return measuring(place, state, input, looks);
  return resting(place, state, input, members);
}

function placeOf(state: RolloutState, plan: Plan): string {
  const wave = waveOf(plan, state);
  return wave
    ? `wave ${wave.name} (${state.wave + 1} of ${plan.waves.length + 1})`
    : "the last wave, all that are left";
}

/** What became of a target that is not rolling any more. */
function ended({ phase, stable, target, failure }: RolloutState): Tell {
  const back = stable === null ? "devices go without a policy, as before" : `devices have ${stable}`;
  const why = failure ? failureText(failure) : "its gate failed";
  const says = failure ? wordsOf(failure) : "";
  if (phase === "complete") return { stage: "done", message: `${target} is everywhere that can be reached` };
  if (phase === "aborted") return { stage: "undone", message: `${target} was given up on request: ${back}` };
  if (phase === "held")
    return { stage: "held", message: `${target}: ${why}; promote, abort or edit the policy${says}` };
  return { stage: "undone", message: `${target} was rolled back: ${why}; ${back}${says}` };
}

/** Which metric, which value, which devices. */
export function failureText({ metric, value, bound, devices, deviceCount }: Failure): string {
  const more = deviceCount > devices.length ? ` and ${deviceCount - devices.length} more` : "";
  return `${metric} ${value}, must be ${bound}${devices.length > 0 ? ` (${devices.join(", ")}${more})` : ""}`;
}

/** What a device says of it, as a sentence of its own. */
export const wordsOf = ({ devices, reason }: Failure): string =>
  reason === undefined ? "" : `. ${devices[0]} says: ${reason}`;

function spread({ target }: RolloutState, members: readonly Device[]): string {
  const online = members.filter((device) => device.online);
  if (online.length === 0) return "none of its devices is online";
  const done = online.filter(({ applied }) => applied === target).length;
  return `${done} of ${online.length} devices run ${target}`;
}

function measuring(place: string, state: RolloutState, { plan, nowMs }: Input, looks: readonly Look[]): Tell {
  const { intervalMs, passes } = plan.gate;
  const dueInMs = (state.measuredMs ?? state.settledMs!) + intervalMs - nowMs;
  // Past that it was looked, in vain. Samples that gather are no news, so nobody else would look before the wave is overdue.
  const inMs = dueInMs > 0 ? dueInMs : intervalMs;
  const lacks = looks.filter((look) => look.lacks !== "").map((look) => `, ${look.lacks}`);
  const tally = `${state.passes} of ${passes} measurements passed, ${state.failures} failed`;
  return { stage: "measuring", message: `${place}: ${tally}${lacks.join("")}`, inMs };
}

function resting(place: string, state: RolloutState, { plan, nowMs }: Input, members: readonly Device[]): Tell {
  const wave = waveOf(plan, state);
  const inMs = state.passedMs! + (wave?.pauseMs ?? 0) - nowMs;
  if (plan.paused) return { stage: "paused", message: `${place}: passed, paused` };
  if (wave?.approval) return { stage: "approval", message: `${place}: passed, waits until somebody promotes it` };
  if (inMs > 0) return { stage: "resting", message: `${place}: passed, the next one begins after a pause`, inMs };
  return { stage: "spreading", message: `${place}: passed, but ${spread(state, members)}` };
}

const seconds = (ms: number): string => `${Math.floor(ms / 1_000)} s`;
