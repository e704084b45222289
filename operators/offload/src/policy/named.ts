import { conditionOf, type Finding } from "@sluice/cluster";
import { named, type Objects, type Policy } from "../ports.ts";
import { someOf } from "./facts.ts";
import type { Selection } from "./select.ts";

/** Whether what the policy names can serve it: it goes on all the same, so these are findings and no outcome. */
export const findingsOnNames = (policy: Policy, selection: Selection, objects: Objects): Finding[] => [
  backendReady(policy, objects),
  ...zonesFound(policy, selection),
];

function backendReady({ spec }: Policy, objects: Objects): Finding {
  const type = "BackendReady";
  const name = spec.backendRef?.name ?? "(not named)";
  const backend = named(objects.backends, objects, name);
  if (!backend) return { type, status: "False", reason: "BackendNotFound", message: `${name} does not exist` };
  const ready = conditionOf(backend.status?.conditions, "Ready");
  if (ready?.status === "True") return { type, status: "True", reason: "Succeeded", message: `${name} is ready` };
  const message = `${name} is not ready${ready ? ` (${ready.reason})` : ""}: devices work alone until it is`;
  return { type, status: ready?.status ?? "Unknown", reason: "BackendNotReady", message };
}

/** Nothing without zones to find, or devices to find them on. */
function zonesFound({ spec: { focus } }: Policy, { devices }: Selection): Finding[] {
  if (focus.zones.length === 0 || devices.length === 0) return [];
  const known = new Set(
    devices.flatMap(({ spec }) => spec.streams.flatMap(({ zones }) => zones.map(({ name }) => name))),
  );
  const missing = focus.zones.filter((zone) => !known.has(zone));
  const type = "ZonesFound";
  if (missing.length === 0)
    return [{ type, status: "True", reason: "Succeeded", message: "its devices have its zones" }];
  const message = `no stream of its devices has ${someOf(missing)}: name zones of spec.streams of EdgeDevices`;
  return [{ type, status: "False", reason: "ZoneNotFound", message }];
}
