import { subjects } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { decodeBackend, decodeHeartbeat, type Link } from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
import type { Nudge } from "../nudge.ts";
import type { Telemetry } from "./telemetry.ts";

/** Messages of a kind that may wait while the operator is busy; the next ones are dropped and counted. */
const pendingMax = 32_768;
/** How often it is looked who has fallen silent. */
const lookEveryMs = 1_000;

/** Hears devices and replicas for as long as `signal` allows, and nudges whoever acts on news of them. */
export function listen(
  link: Link,
  telemetry: Telemetry,
  nudges: { readonly devices: Nudge; readonly replicas: Nudge },
  metrics: Metrics,
  clock: Clock,
  signal: AbortSignal,
): void {
  const count = (kind: string, fate: string) => metrics.inc("sluice_operator_messages_total", { kind, fate });
  const onOverflow = (kind: string) => () => count(kind, "overflow");
  const options = (kind: string) => ({ maxPending: pendingMax, newest: true, onOverflow: onOverflow(kind) });
  const stops = [
    link.subscribe(subjects.heartbeatAll(), options("heartbeat"), ({ payload, subject }) => {
      const decoded = decodeHeartbeat(payload);
      // Credentials confine a device to its own subject: a heartbeat of another name is forged.
      const forged = decoded.ok && subjects.heartbeat(decoded.value.device) !== subject;
      if (!decoded.ok || forged) return count("heartbeat", forged ? "forged" : "invalid");
      const fate = telemetry.hear(decoded.value, clock.monotonicMs());
      if (fate === "news") nudges.devices.add(decoded.value.device);
      count("heartbeat", fate);
    }),
    link.subscribe(subjects.backendAll(), options("backend"), ({ payload, subject }) => {
      const decoded = decodeBackend(payload);
      const forged = decoded.ok && subjects.backend(decoded.value.model, decoded.value.replica) !== subject;
      if (!decoded.ok || forged) return count("backend", forged ? "forged" : "invalid");
      const fate = telemetry.hearReplica(decoded.value, clock.monotonicMs());
      if (fate === "news") nudges.replicas.add(decoded.value.model);
      count("backend", fate);
    }),
    lookForSilence(telemetry, nudges.devices, metrics, clock),
  ];
  signal.addEventListener("abort", () => stops.forEach((stop) => stop()), { once: true });
}

function lookForSilence(telemetry: Telemetry, nudge: Nudge, metrics: Metrics, clock: Clock): () => void {
  let lastMs = clock.monotonicMs();
  let cancel = () => {};
  const look = () => {
    const nowMs = clock.monotonicMs();
    for (const device of telemetry.fallenSilent(nowMs, lastMs)) nudge.add(device);
    lastMs = nowMs;
    metrics.set("sluice_operator_devices_online", {}, telemetry.onlineCount(nowMs));
    cancel = clock.after(lookEveryMs, look);
  };
  look();
  return () => cancel();
}
