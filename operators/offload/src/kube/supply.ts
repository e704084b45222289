import { Applier, runController, sourceOf } from "@sluice/cluster";
import type { Site } from "../backend/manifests.ts";
import { type BackendDeps, reconcileBackend } from "../backend/reconcile.ts";
import { modelReport } from "../model/report.ts";
import { childrenOf } from "./children.ts";
import type { ControllerDeps } from "./controllers.ts";
import { heardOf, unheard } from "./heard.ts";

export const fieldManager = "sluice-operator";

/** A model's copies are counted as devices and replicas tell of them. */
export async function runModels(deps: ControllerDeps, signal: AbortSignal): Promise<void> {
  const { objects, telemetry, clock, nudge, replicas } = deps;
  await runController(
    {
      ...deps,
      name: "model",
      reflector: objects.reflectors.models,
      sources: [
        heardOf(objects, nudge, () => [...objects.models.keys()]),
        heardOf(objects, replicas, () => [...objects.models.keys()]),
      ],
      workers: 1,
      reconcile: async (model) => {
        const nowMs = clock.monotonicMs();
        return telemetry.settled(nowMs) ? modelReport(model, telemetry, nowMs) : unheard;
      },
    },
    signal,
  );
}

/** A backend follows its own specification and its model's, and what others do to its replicas. */
export async function runBackends(deps: ControllerDeps & { site: Site }, signal: AbortSignal): Promise<void> {
  const { objects, kube, telemetry, clock, site, replicas } = deps;
  const applier = new Applier(kube, fieldManager);
  const owned = childrenOf(deps, site.prometheus !== undefined);
  const everyBackend = () => [...objects.backends.keys()];
  const watching = owned.run(signal);
  const parts: BackendDeps = { kube, applier, objects, telemetry, site, nowMs: () => clock.monotonicMs() };
  await runController(
    {
      ...deps,
      name: "backend",
      reflector: objects.reflectors.backends,
      sources: [
        sourceOf(objects.reflectors.models, everyBackend),
        heardOf(objects, replicas, everyBackend),
        ...owned.sources,
      ],
      reconcile: (backend) => reconcileBackend(backend, parts),
    },
    signal,
  );
  await watching;
}
