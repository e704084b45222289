import type { EdgeDevice } from "@sluice/contracts";
import type { Device, RolloutState } from "@sluice/rollout";
import type { Documents, Policy } from "../ports.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Revision } from "./revision.ts";
import { isSound, readState } from "./state.ts";

/** What is known of a device, as far as one policy is concerned. */
export function deviceFacts(
  { metadata }: EdgeDevice,
  policy: string,
  documents: Documents,
  telemetry: Telemetry,
  nowMs: number,
): Device {
  const { name, labels = {} } = metadata;
  const document = documents.told(name);
  const told = document?.policy === policy ? document.revision : null;
  const { policy: runs, refused } = telemetry.device(name)?.heartbeat ?? {};
  // A refusal from before the device was told this revision (again) says nothing about it.
  const refuses = refused?.policy === policy && refused.revision === told;
  return {
    name,
    labels,
    online: telemetry.online(name, nowMs),
    told,
    applied: runs?.name === policy ? runs.revision : null,
    refused: refuses ? { revision: refused.revision, reason: refused.reason } : null,
    readings: telemetry.readings(name),
  };
}

/**
 * The stored rollout. A status that was wiped or edited, or that names a revision which does not exist, is put right by what
 * most devices were told: a fleet never loses its policy over it.
 */
export function storedState(
  { status }: Policy,
  revisions: readonly Revision[],
  devices: readonly Device[],
): RolloutState | null {
  const state = isSound(status) ? readState(status) : null;
  const known = new Set(revisions.map(({ name }) => name));
  if (state && (state.stable === null || known.has(state.stable))) return state;
  const stable = commonest(devices.map(({ told, applied }) => told ?? applied).filter((name) => known.has(name ?? "")));
  if (state) return { ...state, stable };
  return stable === null
    ? null
    : readState({ currentRevision: stable, updateRevision: stable, rollout: { phase: "Done" } });
}

function commonest(names: readonly (string | null)[]): string | null {
  const counts = new Map<string | null, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [null, 0] as [
    string | null,
    number,
  ])[0];
}

/** Names of the devices, for messages: a few of them and how many more there are. */
export function someOf(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
