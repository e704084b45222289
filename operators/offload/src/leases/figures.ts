import type { Fleet, Overview } from "@sluice/allocation";
import type { Metrics } from "@sluice/observability";

const states = ["held", "lent", "silent", "leaving"] as const;
const unknown = Number.NaN;

/** Says in metrics what a policy grants and what its devices hold; null: nobody knows now, or there is no such policy. */
export function tellFigures(metrics: Metrics, policy: string, overview: Overview | null, { quota }: Fleet): void {
  const { bytesPerSecond = unknown, owedBytesPerSecond = unknown, usedBytes = unknown } = overview ?? {};
  metrics.set("sluice_operator_budget_bytes_per_second", { policy }, bytesPerSecond);
  metrics.set("sluice_operator_owed_bytes_per_second", { policy }, owedBytesPerSecond);
  metrics.set("sluice_operator_quota_used_ratio", { policy }, quota ? usedBytes / quota.bytes : unknown);
  const counts = overview ? countsOf(overview) : null;
  for (const state of states) {
    metrics.set("sluice_operator_leases", { policy, state }, counts ? (counts.get(state) ?? 0) : unknown);
  }
}

function countsOf(overview: Overview): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of overview.leases()) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
