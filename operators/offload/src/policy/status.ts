import type { Overview } from "@sluice/allocation";
import type { OffloadPolicyStatus } from "@sluice/contracts";
import { formatRate } from "@sluice/foundation";
import { type Device, interval, pooled } from "@sluice/rollout";
import type { Rolled } from "./roll.ts";
import type { Selection } from "./select.ts";
import { writeState } from "./state.ts";

/** All that a look at a policy found, without its conditions. */
export function statusOf(
  selection: Selection,
  overview: Overview | null,
  { state, plan, report, devices }: Rolled,
): OffloadPolicyStatus {
  const { selected, online, updated, refused } = report.counts;
  const agreement = agreementOf(devices);
  return {
    ...writeState(state, plan, report),
    devices: { selected, overridden: selection.lost.length, online, updated, failed: refused },
    ...(overview && { budget: budgetOf(overview) }),
    ...(agreement && { agreement }),
  };
}

function budgetOf({ bytesPerSecond, owedBytesPerSecond, price }: Overview): NonNullable<OffloadPolicyStatus["budget"]> {
  return {
    limit: formatRate(bytesPerSecond),
    granted: formatRate(owedBytesPerSecond),
    price: String(Number(price.toPrecision(2))),
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
