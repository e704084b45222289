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
  readonly ownerOf: ReadonlyMap<string, string>;
}

const latest = new WeakMap<Objects, { readonly edits: number; readonly claims: Claims }>();

/** Whose device is whose; counted anew only after an edit. A policy that is being deleted claims none. */
export function claims(objects: Objects): Claims {
  const known = latest.get(objects);
  if (known?.edits === objects.edits) return known.claims;
  const byPolicy = assign(
    [...objects.policies.values()].flatMap(claimant),
    [...objects.devices.values()].map(candidate),
  );
  const ownerOf = new Map([...byPolicy].flatMap(([policy, { won }]) => won.map((device) => [device, policy])));
  latest.set(objects, { edits: objects.edits, claims: { byPolicy, ownerOf } });
  return { byPolicy, ownerOf };
}

function claimant({ metadata, spec }: Policy): Claimant[] {
  if (metadata.deletionTimestamp !== undefined) return [];
  const createdMs = Date.parse(metadata.creationTimestamp ?? "") || 0;
  return [{ name: metadata.name, priority: spec.priority, createdMs, selector: spec.selector }];
}

const candidate = ({ metadata }: EdgeDevice) => ({ name: metadata.name, labels: metadata.labels ?? {} });

/** The devices that a policy decides about. */
export function select(policy: Policy, objects: Objects): Selection {
  const claim = claims(objects).byPolicy.get(nameOf(policy));
  const devices = (claim?.won ?? []).flatMap((name) => named(objects.devices, objects, name) ?? []);
  return { devices, lost: claim?.lost ?? [] };
}
