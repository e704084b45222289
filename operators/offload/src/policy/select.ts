import type { EdgeDevice } from "@sluice/contracts";
import { assign, type Claim, type Claimant } from "@sluice/rollout";
import { named, nameOf, type Objects, type Policy } from "../ports.ts";

export interface Selection {
  /** The devices that are the policy's own. */
  readonly devices: readonly EdgeDevice[];
  /** Those that another policy has. */
  readonly lost: Claim["lost"];
}

/** Who has which devices. */
export interface Claims {
  readonly byPolicy: ReadonlyMap<string, Claim>;
  readonly owners: ReadonlyMap<string, string>;
}

/** What was found between two edits. */
interface Found {
  readonly edits: number;
  readonly claims: Claims;
  readonly selections: Map<string, Selection>;
}

const latest = new WeakMap<Objects, Found>();

/** Whose device is whose; counted anew only after an edit. A policy that is being deleted claims none. */
export const claims = (objects: Objects): Claims => found(objects).claims;

function found(objects: Objects): Found {
  const known = latest.get(objects);
  if (known?.edits === objects.edits) return known;
  const byPolicy = assign(
    [...objects.policies.values()].flatMap(claimant),
    [...objects.devices.values()].map(candidate),
  );
  const owners = new Map([...byPolicy].flatMap(([policy, { won }]) => won.map((device) => [device, policy])));
  const now = { edits: objects.edits, claims: { byPolicy, owners }, selections: new Map<string, Selection>() };
  latest.set(objects, now);
  return now;
}

/** The policy that has a device, found without looking at the others: each of a thousand that join is asked for. */
export function ownerOf(device: EdgeDevice, objects: Objects): string | undefined {
  const byPolicy = assign([...objects.policies.values()].flatMap(claimant), [candidate(device)]);
  return [...byPolicy].find(([, { won }]) => won.length > 0)?.[0];
}

function claimant({ metadata, spec }: Policy): Claimant[] {
  if (metadata.deletionTimestamp !== undefined) return [];
  const createdMs = Date.parse(metadata.creationTimestamp ?? "") || 0;
  return [{ name: metadata.name, priority: spec.priority, createdMs, selector: spec.selector }];
}

const candidate = ({ metadata }: EdgeDevice) => ({ name: metadata.name, labels: metadata.labels ?? {} });

/** The devices that a policy decides about, as they were after the last edit; the same object until the next. */
export function select(policy: Policy, objects: Objects): Selection {
  const { claims: current, selections } = found(objects);
  const known = selections.get(nameOf(policy));
  if (known) return known;
  const claim = current.byPolicy.get(nameOf(policy));
  const devices = (claim?.won ?? []).flatMap((name) => named(objects.devices, objects, name) ?? []);
  const selection = { devices, lost: claim?.lost ?? [] };
  selections.set(nameOf(policy), selection);
  return selection;
}
