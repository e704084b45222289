import { replicasNeeded } from "@sluice/batching";
import type { Backend, InferenceBackend } from "@sluice/contracts";
import { backendKey, pollMs } from "../backend/manifests.ts";
import { replicasOf } from "../backend/reconcile.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Figure } from "./gauges.ts";

/** Finer figures would only be noise, and a load that fades would never become nothing. */
const decimals = 3;

/**
 * Replicas that a backend needs now, not rounded: by the load of those that are there, and one at least while devices have
 * of late asked in vain. Undefined where it is not known, as when no replica can say yet what a request costs.
 */
export function needOf(
  backend: InferenceBackend,
  heard: readonly Backend[],
  unservedDevices: number,
): number | undefined {
  const least = unservedDevices > 0 ? 1 : 0;
  const loads = heard.flatMap(({ queued, load }) => (load ? [{ queued, ...load }] : []));
  if (loads.length < heard.length) return undefined;
  const needed = replicasNeeded(loads, { targetDelayMs: backend.spec.scaling.targetQueueDelay, reactMs: pollMs });
  return needed === undefined ? undefined : Math.max(least, Number(needed.toFixed(decimals)));
}

/** What each backend needs and has. Nothing is needed for certain before everybody had the time to be heard. */
export function demandFigures(backends: readonly InferenceBackend[], telemetry: Telemetry, nowMs: number): Figure[] {
  const unserved = telemetry.unserved(nowMs);
  const settled = telemetry.settled(nowMs);
  return backends
    .filter(({ spec }) => !spec.external)
    .flatMap((backend) => {
      const labels = { backend: backendKey(backend) };
      const heard = replicasOf(backend, telemetry, nowMs).filter(({ draining }) => !draining);
      const waiting = unserved.get(backend.spec.modelRef.name) ?? 0;
      const needed = settled ? needOf(backend, heard, waiting) : undefined;
      return [
        { name: "sluice_operator_backend_replicas_needed", labels, value: needed ?? Number.NaN },
        { name: "sluice_operator_backend_replicas", labels, value: heard.length },
        { name: "sluice_operator_backend_unserved_devices", labels, value: waiting },
      ] as const;
    });
}
