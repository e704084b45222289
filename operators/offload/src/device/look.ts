import type { Deferred, Reconciled } from "@sluice/cluster";
import type { EdgeDevice } from "@sluice/contracts";
import { unheard } from "../kube/heard.ts";
import type { PolicyDeps } from "../policy/reconcile.ts";
import { ownerOf } from "../policy/select.ts";
import { nameOf } from "../ports.ts";
import { deviceReport } from "./status.ts";

/** What is known of a device now. `turn`: the rate that its status may tell of, if it is its turn. */
export function lookAtDevice(
  device: EdgeDevice,
  { objects, telemetry, budgets, clock }: PolicyDeps,
  turn: (name: string) => number | undefined,
): Reconciled | { readonly outcome: Deferred } {
  const name = nameOf(device);
  const heard = telemetry.device(name);
  const nowMs = clock.monotonicMs();
  if (!telemetry.settled(nowMs)) return unheard;
  const owner = ownerOf(device, objects);
  const lastSeenMs = clock.wallMs() - (nowMs - (heard?.heardMs ?? nowMs));
  const doubt = owner === undefined ? null : budgets.doubt(owner, name);
  const online = telemetry.online(name, nowMs);
  return deviceReport(device, { heard, online, lastSeenMs, owner, doubt, turn: turn(name) });
}
