import { type Reconciled, sameJson } from "@sluice/cluster";
import { desired } from "@sluice/rollout";
import { endOf, Halt } from "../halt.ts";
import { type Budgets, nameOf, type Objects, type Policy } from "../ports.ts";
import type { Chronicle } from "./chronicle.ts";
import type { Decided } from "./decided.ts";
import { bodyOf } from "./document.ts";
import { storedState } from "./facts.ts";
import { grant } from "./grant.ts";
import { findingsOnNames } from "./named.ts";
import { budgetHeld, outcomeOfRollout, selected, statusEdited } from "./outcome.ts";
import { planOf } from "./plan.ts";
import { publish } from "./publish.ts";
import { hearRequests } from "./requests.ts";
import { recorded } from "./revision.ts";
import { factsOf, roll, type Senses } from "./roll.ts";
import { select } from "./select.ts";
import { isSound } from "./state.ts";
import { budgetOf, statusOf } from "./status.ts";

/** News come by themselves; figures are looked at again after so long. */
const refreshMs = 30_000;
const listenMs = 1_000;

export interface PolicyDeps extends Senses {
  readonly objects: Objects;
  readonly budgets: Budgets;
  readonly decided: Decided;
  readonly chronicle: Chronicle;
}

/**
 * Brings a policy's devices nearer to its specification: select, grant, listen, publish, record, look up, hear, roll.
 *
 * Early out: a step that cannot do its work ends the look, and says why in the conditions; devices keep what they have, and
 * leases go on, since they were granted before anything could fail. Devices are told only what an earlier look decided and
 * stored, so a crash between any two steps costs time, and never more devices than the wave allows.
 */
export async function reconcilePolicy(policy: Policy, deps: PolicyDeps): Promise<Reconciled> {
  const { objects, budgets, documents } = deps;
  const known = objects.revisions(policy);
  const selection = select(policy, objects);
  const overview = grant(policy, selection, known, budgets);
  const budget = budgetOf(policy.spec, overview, deps.clock.wallMs());
  const held = budgetHeld(policy, overview, budgets.lost(nameOf(policy)));
  const findings = [held, selected(selection), ...findingsOnNames(policy, selection, objects)];
  try {
    listen(deps);
    const devices = factsOf(policy, selection, deps);
    const stored = storedState(policy, known, devices);
    const plan = planOf(policy.spec);
    if (stored && !deps.decided.isBehind(policy)) {
      deps.chronicle.tell(policy, stored, plan, objects);
      await publish(policy, desired(stored, plan, devices), known, objects, documents);
    }
    const target = await objects.record(policy, recorded(policy.written));
    bodyOf(policy, target, objects);
    const requests = await hearRequests(policy, stored, target.name, objects);
    const rolled = await roll(policy, stored, target, known, devices, requests, deps);
    deps.decided.note(policy, stored, rolled.state);
    await objects.prune(policy, new Set([rolled.state.stable, target.name].filter((name) => name !== null)));
    const sound = isSound(policy.status);
    // Who holds what becomes known a moment after a desk opened, and nobody calls then.
    const outcome = sound ? outcomeOfRollout(rolled, selection, overview ? refreshMs : listenMs) : statusEdited;
    // What was decided is acted upon once it is stored; figures alone are no reason to look again.
    const quiet = sound && sameJson(stored, rolled.state);
    return { outcome, status: statusOf(selection, budget, rolled), findings, quiet };
  } catch (error) {
    const outcome = endOf(error);
    if (outcome.kind === "conflict") throw error;
    return { outcome, findings };
  }
}

/** Nothing is decided before it is known who is there, and what everybody was told. */
function listen({ documents, telemetry, clock }: Senses): void {
  if (documents.ready && telemetry.settled(clock.monotonicMs())) return;
  throw Halt.waiting("Listening", "the broker is not connected, or devices had no time yet to be heard", listenMs);
}
