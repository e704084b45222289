import type { Fleet, Member, Overview } from "@sluice/allocation";
import { type EdgeDevice, type OffloadPolicySpec, offloadPolicySpecSchema } from "@sluice/contracts";
import { selects } from "@sluice/rollout";
import { type Budgets, nameOf, type Policy } from "../ports.ts";
import type { Revision } from "./revision.ts";
import type { Selection } from "./select.ts";

/** Leases follow the specification at once, whatever revision devices have. */
export function grant(
  policy: Policy,
  selection: Selection,
  revisions: readonly Revision[],
  budgets: Budgets,
): Overview | null {
  const virgin = policy.status === undefined && revisions.length === 0;
  budgets.grant(nameOf(policy), fleetOf(policy.spec, selection.devices, formerFloor(revisions)), virgin);
  return budgets.overview(nameOf(policy));
}

/** What a policy grants, in whole bytes a second. */
export function fleetOf({ budget }: OffloadPolicySpec, devices: readonly EdgeDevice[], formerFloorBytes = 0): Fleet {
  const { rate, burst, quota } = budget;
  return {
    bytesPerSecond: Math.floor(rate),
    burstBytes: Math.floor(burst),
    ...(quota && { quota: { bytes: Math.floor(quota.size), per: quota.per } }),
    members: devices.map((device) => memberOf(budget, device, formerFloorBytes)),
  };
}

function memberOf(budget: OffloadPolicySpec["budget"], device: EdgeDevice, formerFloorBytes: number): Member {
  const { metadata, spec } = device;
  const entry = budget.weights.find(({ selector }) => selects(selector, metadata.labels ?? {}));
  const floor = Math.floor(spec.floor ?? budget.floor);
  const cap = Math.min(spec.cap ?? Number.MAX_SAFE_INTEGER, budget.cap ?? Number.MAX_SAFE_INTEGER);
  return {
    device: metadata.name,
    floor,
    cap: Math.floor(cap),
    weight: spec.weight * (entry?.weight ?? 1),
    ...(spec.floor === undefined && formerFloorBytes > floor && { formerFloor: formerFloorBytes }),
  };
}

/** The largest floor of any recorded specification: a device that was not heard since may still believe in it. */
function formerFloor(revisions: readonly Revision[]): number {
  return revisions.reduce((most, { written }) => {
    const spec = offloadPolicySpecSchema.safeParse(written);
    return Math.max(most, spec.success ? Math.floor(spec.data.budget.floor) : 0);
  }, 0);
}
