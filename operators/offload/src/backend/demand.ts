import { replicasNeeded } from "@sluice/batching";
import type { Backend, InferenceBackend } from "@sluice/contracts";
import type { Metrics } from "@sluice/observability";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { backendKey, pollMs } from "./manifests.ts";
import { replicasOf } from "./reconcile.ts";

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

export interface DemandDeps {
  readonly telemetry: Telemetry;
  readonly metrics: Metrics;
}

/** Says in metrics what each backend needs; a backend that is gone is not spoken of any more. */
export class Demand {
  readonly #deps: DemandDeps;
  #told = new Set<string>();

  constructor(deps: DemandDeps) {
    this.#deps = deps;
  }

  tell(backends: readonly InferenceBackend[], nowMs: number): void {
    const { telemetry } = this.#deps;
    const unserved = telemetry.unserved(nowMs);
    const own = backends.filter(({ spec }) => !spec.external);
    for (const backend of own) {
      const heard = replicasOf(backend, telemetry, nowMs).filter(({ draining }) => !draining);
      const waiting = unserved.get(backend.spec.modelRef.name) ?? 0;
      const needed = telemetry.settled(nowMs) ? needOf(backend, heard, waiting) : undefined;
      this.#set(backendKey(backend), needed, heard.length, waiting);
    }
    const now = new Set(own.map(backendKey));
    for (const gone of this.#told) if (!now.has(gone)) this.#set(gone);
    this.#told = now;
  }

  /** Nothing is known any more, as when another replica of the operator leads. */
  forget(): void {
    for (const backend of this.#told) this.#set(backend);
    this.#told.clear();
  }

  #set(backend: string, needed = Number.NaN, replicas = Number.NaN, waiting = Number.NaN): void {
    const { metrics } = this.#deps;
    metrics.set("sluice_operator_backend_replicas_needed", { backend }, needed);
    metrics.set("sluice_operator_backend_replicas", { backend }, replicas);
    metrics.set("sluice_operator_backend_unserved_devices", { backend }, waiting);
  }
}
