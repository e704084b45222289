import { pause } from "@sluice/foundation";
import type { Metrics } from "@sluice/observability";
import { demandFigures } from "../figures/demand.ts";
import { Gauges } from "../figures/gauges.ts";
import { policyFigures } from "../figures/policies.ts";
import type { ControllerDeps } from "./controllers.ts";

/** KEDA scales by what is said here, so it should not be much older than a replica's own word. */
const everyMs = 1_000;

/** Says in metrics, for as long as it leads, what backends need and how far policies are; a silent operator says nothing. */
export async function runFigures(deps: ControllerDeps & { metrics: Metrics }, signal: AbortSignal): Promise<void> {
  const { objects, telemetry, clock } = deps;
  const gauges = new Gauges(deps.metrics);
  while (!signal.aborted) {
    const demand = demandFigures([...objects.backends.values()], telemetry, clock.monotonicMs());
    gauges.say([...demand, ...policyFigures([...objects.policies.values()])]);
    await pause(clock, everyMs, signal);
  }
  gauges.say([]);
}
