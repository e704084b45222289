import { type Overview, periodAt } from "@sluice/allocation";
import type { OffloadPolicySpec, OffloadPolicyStatus } from "@sluice/contracts";
import { formatBytes, formatRate } from "@sluice/foundation";
import { type Device, interval, pooled } from "@sluice/rollout";
import type { Rolled } from "./roll.ts";
import type { Selection } from "./select.ts";
import { writeState } from "./state.ts";

type BudgetStatus = NonNullable<OffloadPolicyStatus["budget"]>;

/** All that a look at a policy found, without its conditions. */
export function statusOf(
  selection: Selection,
  budget: BudgetStatus | null,
  { state, plan, report, devices }: Rolled,
): OffloadPolicyStatus {
  const { selected, online, updated, refused } = report.counts;
  const agreement = agreementOf(devices);
  return {
    ...writeState(state, plan, report),
    devices: { selected, overridden: selection.lost.length, online, updated, failed: refused },
    ...(budget && { budget }),
    ...(agreement && { agreement }),
  };
}

/** What the policy's devices hold; null while that is not known. */
export function budgetOf(
  { budget: { quota } }: OffloadPolicySpec,
  overview: Overview | null,
  wallMs: number,
): BudgetStatus | null {
  if (!overview) return null;
  const { bytesPerSecond, owedBytesPerSecond, price, usedBytes } = overview;
  const start = quota && new Date(periodAt(quota.per, wallMs).startMs).toISOString();
  return {
    limit: formatRate(bytesPerSecond),
    granted: formatRate(owedBytesPerSecond),
    price: String(Number(price.toPrecision(2))),
    ...(quota && start && { period: { start, used: formatBytes(usedBytes), limit: formatBytes(quota.size) } }),
  };
}

/** Over all devices of the policy, whatever their revision. */
function agreementOf(devices: readonly Device[]): OffloadPolicyStatus["agreement"] {
  const reading = pooled(devices, "agreement");
  if (!reading) return undefined;
  const [low, high] = interval(reading);
  const { mean, samples } = reading;
  return { mean: mean.toFixed(3), low: low.toFixed(3), high: high.toFixed(3), samples };
}
