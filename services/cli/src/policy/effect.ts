import { conditionOf, revisionName } from "@sluice/cluster";
import { planOf, recorded, sameForDevices } from "@sluice/operator";
import { assign, type Device as Facts } from "@sluice/rollout";
import type { Device, Policy } from "../cluster/kinds.ts";
import { type Step, stepsOf } from "./waves.ts";

/** What a proposal would do to devices. */
export interface Effect {
  /** Names of the devices that the policy would have, and of those that it would gain and lose. */
  readonly devices: readonly string[];
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly offline: readonly string[];
  /** Name of the revision that would be recorded; null where devices would notice nothing. */
  readonly revision: string | null;
  /** How it would reach them, where they would notice. */
  readonly steps: readonly Step[];
}

/** `policies` are the namespace's as they are now. */
export function effectOf(
  { live, proposed }: { readonly live: Policy | undefined; readonly proposed: Policy },
  policies: readonly Policy[],
  devices: readonly Device[],
): Effect {
  const { name } = proposed.metadata;
  const before = won(name, policies, devices);
  const others = policies.filter(({ metadata }) => metadata.name !== name);
  const mine = won(name, [...others, proposed], devices);
  const revision = revisionName(live ?? proposed, recorded(proposed.raw.spec));
  const old = live && { name: "old", written: recorded(live.raw.spec) };
  const same = old && sameForDevices(old, { name: "new", written: recorded(proposed.raw.spec) });
  const facts = devices.filter(({ metadata }) => mine.includes(metadata.name)).map(factsOf);
  const stable = live?.status?.currentRevision ?? null;
  const plan = planOf(proposed.spec);
  return {
    devices: mine,
    gained: mine.filter((device) => !before.includes(device)),
    lost: before.filter((device) => !mine.includes(device)),
    offline: facts.filter(({ online }) => !online).map((device) => device.name),
    revision: same ? null : revision,
    steps: same ? [] : stepsOf(plan, facts, stable, revision),
  };
}

function won(name: string, policies: readonly Policy[], devices: readonly Device[]): readonly string[] {
  const claimants = policies.map(({ metadata, spec }) => ({
    name: metadata.name,
    priority: spec.priority,
    // A policy that does not exist yet is the youngest.
    createdMs:
      metadata.creationTimestamp === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(metadata.creationTimestamp),
    selector: spec.selector,
  }));
  const candidates = devices.map(({ metadata }) => ({ name: metadata.name, labels: metadata.labels ?? {} }));
  return assign(claimants, candidates).get(name)?.won ?? [];
}

const factsOf = ({ metadata, status }: Device): Facts => ({
  name: metadata.name,
  labels: metadata.labels ?? {},
  online: conditionOf(status?.conditions, "Reporting")?.status === "True",
  told: null,
  applied: null,
  refused: null,
  readings: {},
});
