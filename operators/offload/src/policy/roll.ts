import type { Clock } from "@sluice/foundation";
import {
  advance,
  type Device,
  type Input,
  type Plan,
  type Report,
  type Requests,
  type RolloutState,
  report,
} from "@sluice/rollout";
import { type Ask, type Documents, nameOf, type Policy } from "../ports.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { sameForDevices } from "./document.ts";
import { deviceFacts } from "./facts.ts";
import { planOf } from "./plan.ts";
import type { Revision } from "./revision.ts";
import type { Selection } from "./select.ts";

/** Where a policy's rollout stands, as far as this look at it can tell. */
export interface Rolled {
  readonly state: RolloutState;
  readonly plan: Plan;
  readonly report: Report;
  readonly devices: readonly Device[];
}

export interface Senses {
  readonly documents: Documents;
  readonly telemetry: Telemetry;
  readonly ask: Ask;
  readonly clock: Clock;
}

/** What is known of the policy's devices. */
export function factsOf(policy: Policy, selection: Selection, { documents, telemetry, clock }: Senses): Device[] {
  const nowMs = clock.monotonicMs();
  return selection.devices.map((device) => deviceFacts(device, nameOf(policy), documents, telemetry, nowMs));
}

/** Takes the rollout as far as it may go now. Nobody is told of it before it is stored. */
export async function roll(
  policy: Policy,
  before: RolloutState | null,
  target: Revision,
  revisions: readonly Revision[],
  devices: readonly Device[],
  requests: Requests,
  { ask, clock }: Senses,
): Promise<Rolled> {
  const plan = planOf(policy.spec);
  const input: Input = {
    plan,
    state: before,
    target: target.name,
    same: (a, b) => a === b || alike(a, b, [...revisions, target]),
    devices,
    queries: await queryResults(policy, before, ask),
    requests,
    nowMs: clock.wallMs(),
  };
  const state = advance(input);
  return { state, plan, report: report(state, input), devices };
}

function alike(a: string, b: string, revisions: readonly Revision[]): boolean {
  const [left, right] = [a, b].map((name) => revisions.find((revision) => revision.name === name));
  return left !== undefined && right !== undefined && sameForDevices(left, right);
}

/** Asked only while a gate measures; what cannot be had is left out, and then nothing is decided. */
async function queryResults({ spec }: Policy, state: RolloutState | null, ask: Ask): Promise<Record<string, number>> {
  const measures = state?.phase === "rolling" && state.begunMs !== null && state.passedMs === null;
  const asked = measures ? spec.gate.metrics.filter(({ query }) => query !== undefined) : [];
  const results = await Promise.allSettled(asked.map(({ query }) => ask(query!)));
  return Object.fromEntries(
    results.flatMap((result, i) => (result.status === "fulfilled" ? [[asked[i]!.name, result.value]] : [])),
  );
}
