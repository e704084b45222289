import type { Fleet, Member, Overview } from "@sluice/allocation";
import { type EdgeDevice, type OffloadPolicySpec, offloadPolicySpecSchema } from "@sluice/contracts";
import { selects } from "@sluice/rollout";
import { type Budgets, nameOf, type Policy } from "../ports.ts";
import type { Revision } from "./revision.ts";
import type { Selection } from "./select.ts";

/** The fleet that a selection means under one specification: thousands of members, the same at nearly every look. */
const fleets = new WeakMap<Selection, { readonly from: string; readonly fleet: Fleet }>();

/** Leases follow the specification at once, whatever revision devices have. */
export function grant(
  policy: Policy,
  selection: Selection,
  revisions: readonly Revision[],
  budgets: Budgets,
): Overview | null {
  const virgin = policy.status === undefined && revisions.length === 0;
  budgets.grant(nameOf(policy), fleetNow(policy, selection, revisions), virgin);
  return budgets.overview(nameOf(policy));
}

function fleetNow({ spec, metadata }: Policy, selection: Selection, revisions: readonly Revision[]): Fleet {
  const from = [metadata.uid, metadata.generation, ...revisions.map(({ name }) => name)].join(" ");
  const known = fleets.get(selection);
  if (known?.from === from) return known.fleet;
  const fleet = fleetOf(spec, selection.devices, formerFloor(revisions));
  fleets.set(selection, { from, fleet });
  return fleet;
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
