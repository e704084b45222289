import type { FleetBudget, PeriodUnit } from "@sluice/contracts";
import { formatBytes, formatRate } from "@sluice/foundation";
import { selects } from "@sluice/rollout";
import { type Check, error, type Finding, warning, where } from "./finding.ts";

const day = 86_400;
/** Of the longest such period. */
const seconds: Readonly<Record<PeriodUnit, number>> = { hour: 3_600, day, week: 7 * day, month: 31 * day };

/** Limits that contradict each other, or that never hold anybody back. */
export const checkBudget: Check = ({ spec }, { devices }) => {
  const { rate, floor, cap, quota } = spec.budget;
  const mine = devices.filter(({ metadata }) => selects(spec.selector, metadata.labels ?? {}));
  const floors = mine.reduce((sum, device) => sum + (device.spec.floor ?? floor), 0);
  const most = quota && rate * seconds[quota.per];
  return [
    ...where(
      [rate === 0, warning("budget.rate", "is 0: nothing is ever sent")],
      [floor > rate, error("budget.floor", `${formatRate(floor)} exceeds the whole budget of ${formatRate(rate)}`)],
      [
        floor <= rate && floors > rate,
        error(
          "budget.floor",
          `${mine.length} devices keep ${formatRate(floors)} together, the budget is ${formatRate(rate)}`,
        ),
      ],
      [cap !== undefined && floor > cap, error("budget.cap", `lies below the floor of ${formatRate(floor)}`)],
      [cap !== undefined && cap > rate, warning("budget.cap", `never counts: the budget is ${formatRate(rate)}`)],
    ),
    ...(quota && most !== undefined && most <= quota.size
      ? [warning("budget.quota", `never counts: the rate lets ${formatBytes(most)} through in a ${quota.per}`)]
      : []),
    ...hiddenWeights(spec.budget),
  ];
};

/** The first entry that selects a device counts: what follows one that selects all does not. */
function hiddenWeights({ weights }: FleetBudget): Finding[] {
  const all = weights.findIndex(
    ({ selector }) =>
      Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0,
  );
  if (all < 0 || all === weights.length - 1) return [];
  const at = `budget.weights[${weights[all]!.name}]`;
  return [warning(at, "selects every device, so the entries after it never count")];
}
