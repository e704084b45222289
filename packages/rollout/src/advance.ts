import type { Device, Requests } from "./facts.ts";
import { devicesNamed, failureOf, type Look, look } from "./measure.ts";
import { holds, membersOf, reachOf, waveOf, waveWithin } from "./members.ts";
import type { Plan } from "./plan.ts";
import { beginning, completed, type Failure, nextWave, type RolloutState, underWay } from "./state.ts";

export interface Input {
  readonly plan: Plan;
  /** As it was stored last; null before the first. */
  readonly state: RolloutState | null;
  /** The revision that the policy's specification is now. */
  readonly target: string;
  /** Whether devices would notice nothing between two revisions: then there is nothing to roll out. */
  readonly same: (a: string, b: string) => boolean;
  readonly devices: readonly Device[];
  /** Results of the gate's queries that are known, by the name of their check. */
  readonly queries: Readonly<Record<string, number>>;
  readonly requests: Requests;
  readonly nowMs: number;
}

/** Of a device's own words, which may be any number. */
const reasonChars = 400;
/** A share of a wave's devices that refuse a revision, above which it is bad. */
const refusedShare = 0.1;

/** One thing that may happen next: the new state, or null where it is not its turn. */
type Step = (state: RolloutState, input: Input, members: readonly Device[]) => RolloutState | null;

/** In order of precedence: giving up comes before going on. */
const steps: readonly Step[] = [abort, promote, refuse, begin, settle, judge, proceed];

/**
 * Where the rollout stands now. It depends on nothing but its input, so it goes on from the stored state whenever a process
 * died. Store the state before any device is told: then no more devices ever have a revision than its wave allows.
 */
export function advance(input: Input): RolloutState {
  let state = opened(input);
  // A wave takes four steps at most.
  for (let left = 4 * (input.plan.waves.length + 1) + 1; left > 0 && underWay(state); left--) {
    const next = step(state, input);
    if (!next) break;
    state = next;
  }
  return state;
}

function step(state: RolloutState, input: Input): RolloutState | null {
  const members = [...membersOf(state, input.plan, input.devices)];
  for (const take of state.phase === "held" ? [abort, promote] : steps) {
    const next = take(state, input, members);
    if (next) return next;
  }
  return null;
}

/** Begins anew for a new revision or on request; what changes nothing for devices is complete at once. */
function opened({ state, target, requests, same, plan, nowMs }: Input): RolloutState {
  const { restart } = requests;
  if (!state) return beginning(null, target, restart);
  const again = state.phase !== "complete" && restart !== null && restart !== state.restart;
  const anew = state.target === target && !again ? state : beginning(state.stable, target, restart ?? state.restart);
  if (anew.stable !== null && anew.phase !== "complete" && same(anew.stable, target)) return completed(anew);
  return sound(anew, plan, nowMs);
}

/** Waves may have been taken out of the plan, and a clock may have gone back. */
function sound(state: RolloutState, plan: Plan, nowMs: number): RolloutState {
  const past = (ms: number | null) => (ms === null ? null : Math.min(ms, nowMs));
  return {
    ...state,
    wave: waveWithin(plan, state),
    begunMs: past(state.begunMs),
    settledMs: past(state.settledMs),
    measuredMs: past(state.measuredMs),
    passedMs: past(state.passedMs),
  };
}

function abort(state: RolloutState, { requests }: Input): RolloutState | null {
  return requests.abort === state.target ? { ...state, phase: "aborted" } : null;
}

/** Somebody says that a wave is good, whatever its gate says; a wave that has not begun cannot be good. */
function promote(state: RolloutState, { plan, requests }: Input): RolloutState | null {
  const { promote: request } = requests;
  if (state.begunMs === null || plan.paused || request?.revision !== state.target) return null;
  if (request.wave === "all") return completed(state);
  return request.wave >= state.wave ? onward(state, plan) : null;
}

const onward = (state: RolloutState, plan: Plan) => (isLast(state, plan) ? completed(state) : nextWave(state));

function refuse(state: RolloutState, { plan }: Input, members: readonly Device[]): RolloutState | null {
  const refusing = members.filter(({ refused }) => refused?.revision === state.target);
  if (refusing.length <= refusedShare * members.length) return null;
  const failure: Failure = {
    metric: "refused",
    value: `by ${refusing.length} of ${members.length} devices`,
    bound: `at most ${100 * refusedShare} % of them`,
    devices: refusing.map(({ name }) => name).slice(0, devicesNamed),
    deviceCount: refusing.length,
    reason: refusing[0]!.refused!.reason.slice(0, reasonChars),
  };
  return defeated({ ...state, failure }, plan);
}

const defeated = (state: RolloutState, { onFailure }: Plan): RolloutState => ({
  ...state,
  phase: onFailure === "rollback" ? "rolled-back" : "held",
});

function begin(state: RolloutState, { plan, devices, nowMs }: Input): RolloutState | null {
  if (state.begunMs !== null || plan.paused) return null;
  return { ...state, begunMs: nowMs, reach: reachOf(waveOf(plan, state), devices) };
}

/** Everybody in the wave who can be reached runs the revision, or has refused it; nobody at all is not everybody. */
function settle(state: RolloutState, { nowMs }: Input, members: readonly Device[]): RolloutState | null {
  if (state.begunMs === null || state.settledMs !== null || !isSettled(state, members)) return null;
  return { ...state, settledMs: nowMs };
}

function isSettled(state: RolloutState, members: readonly Device[]): boolean {
  const online = members.filter((device) => device.online);
  return running(state, members).length > 0 && online.every((device) => isDone(device, state.target));
}

const isDone = ({ applied, refused }: Device, target: string) => applied === target || refused?.revision === target;

/** Measures when it is time. No data, or too little, changes nothing. */
function judge(state: RolloutState, input: Input, members: readonly Device[]): RolloutState | null {
  const { gate } = input.plan;
  if (state.settledMs === null || state.passedMs !== null) return null;
  if (gate.checks.length === 0) return { ...state, passedMs: input.nowMs };
  if (input.nowMs < (state.measuredMs ?? state.settledMs) + gate.intervalMs) return null;
  const looks = looksAt(state, input, members);
  const bad = looks.find(({ verdict }) => verdict === "bad");
  const judged = { ...state, measuredMs: input.nowMs };
  if (bad) return failed(judged, failureOf(bad, running(state, members)), input.plan);
  return looks.some(({ verdict }) => verdict === "unknown") ? null : passed(judged, input);
}

/** The gate's checks over the devices that run the target now. */
export const looksAt = (state: RolloutState, { plan, queries }: Input, members: readonly Device[]): Look[] =>
  look(plan.gate, running(state, members), queries);

const running = ({ target }: RolloutState, members: readonly Device[]): Device[] =>
  members.filter((device) => device.online && holds(device, target) && device.applied === target);

function passed(state: RolloutState, { plan, nowMs }: Input): RolloutState {
  const passes = state.passes + 1;
  return { ...state, passes, passedMs: passes >= plan.gate.passes ? nowMs : null };
}

function failed(state: RolloutState, failure: Failure, plan: Plan): RolloutState {
  const counted = { ...state, passes: 0, failures: state.failures + 1, failure };
  return counted.failures > plan.gate.failureLimit ? defeated(counted, plan) : counted;
}

/** To the next wave, or to the end, when the gate is passed, the pause is over, and nobody has to approve. */
function proceed(state: RolloutState, { plan, nowMs }: Input, members: readonly Device[]): RolloutState | null {
  if (state.passedMs === null || plan.paused || !isSettled(state, members)) return null;
  const wave = waveOf(plan, state);
  if (wave?.approval || nowMs < state.passedMs + (wave?.pauseMs ?? 0)) return null;
  return onward(state, plan);
}

const isLast = ({ wave }: RolloutState, { waves }: Plan): boolean => wave >= waves.length;
