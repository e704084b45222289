import type { Heartbeat, StreamReport } from "@sluice/contracts";
import type { Metrics } from "@sluice/observability";

/** Sets the gauges that say what a heartbeat says; what is unknown is absent. */
export function setGauges(metrics: Metrics, { budget, lease, streams }: Heartbeat): void {
  metrics.set("sluice_edge_budget_tokens_bytes", {}, budget.tokens);
  metrics.set("sluice_edge_lease_seconds", {}, lease ? lease.endsInMs / 1_000 : Number.NaN);
  for (const { name, inFlight, agreement } of streams) {
    metrics.set("sluice_edge_offloads_in_flight", { stream: name }, inFlight);
    setAgreement(metrics, name, agreement);
  }
}

function setAgreement(metrics: Metrics, stream: string, agreement: StreamReport["agreement"]): void {
  metrics.set("sluice_agreement_samples", { stream }, agreement.samples);
  for (const answer of ["local", "corrected"] as const) {
    metrics.set("sluice_agreement_ratio", { stream, answer }, agreement[answer] ?? Number.NaN);
    metrics.set("sluice_agreement_halfwidth", { stream, answer }, agreement[`${answer}HalfWidth`] ?? Number.NaN);
  }
}
