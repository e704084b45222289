import type { Overview } from "@sluice/allocation";
import { type Finding, type Outcome, ready, stalled, waiting } from "@sluice/cluster";
import type { ConditionReason } from "@sluice/contracts";
import { formatRate } from "@sluice/foundation";
import type { Report } from "@sluice/rollout";
import type { Policy } from "../ports.ts";
import { someOf } from "./facts.ts";
import type { Rolled } from "./roll.ts";
import type { Selection } from "./select.ts";

const leastWaitMs = 250;

/** What a rollout's standing means for the policy. `afterMs`: when figures are looked at again. */
export function outcomeOfRollout({ state, report }: Rolled, { devices }: Selection, afterMs: number): Outcome {
  const { stage, message, counts } = report;
  if (devices.length === 0) return waiting("NoDevices", "no EdgeDevice is this policy's", afterMs);
  if (stage === "undone") return stalled(state.phase === "aborted" ? "Aborted" : "RolledBack", message);
  if (stage === "held") return stalled("GateFailed", message);
  if (report.overdue) return stalled("DeadlineExceeded", message);
  if (stage !== "done")
    return waiting(reasonOf(report), message, Math.max(leastWaitMs, report.lookAgainInMs ?? afterMs));
  if (counts.refused > 0) return waiting("WaitingForDevices", `some devices cannot act on ${state.target}`, afterMs);
  if (counts.online === counts.selected) return ready(message, { afterMs });
  return ready(`${message}; devices that are offline converge when they return`, { reason: "DevicesOffline", afterMs });
}

function reasonOf({ stage, looks }: Report): ConditionReason {
  if (stage === "paused") return "Paused";
  if (stage === "approval") return "AwaitingApproval";
  if (stage === "spreading") return "WaitingForDevices";
  const lacking = looks.filter(({ verdict }) => verdict === "unknown");
  if (lacking.some(({ reading }) => reading === null)) return "MetricUnknown";
  return lacking.length > 0 ? "WaitingForSamples" : "Progressing";
}

/** Whether the policy has all the devices that it selects. */
export function selected({ lost }: Selection): Finding {
  if (lost.length === 0) {
    return { type: "Selected", status: "True", reason: "Succeeded", message: "no other policy has its devices" };
  }
  const winners = [...new Set(lost.map(({ to }) => to))];
  const message = `${someOf(lost.map(({ device }) => device))}: won by ${someOf(winners)}`;
  return { type: "Selected", status: "False", reason: "Overridden", message };
}

/** What is in the status is not the operator's: the next look goes on from what it stores now. */
export const statusEdited: Outcome = waiting(
  "StatusEdited",
  "somebody else wrote the status: the rollout is found again from what devices have",
  leastWaitMs,
);

/** Whether leases fit the budget. `lost`: who held what was known before. */
export function budgetHeld({ spec }: Policy, overview: Overview | null, lost: boolean): Finding {
  const type = "BudgetHeld";
  if (!overview && lost) {
    const message =
      "the bucket was wiped, or another operator took over: new leases follow when all former ones have ended";
    return { type, status: "Unknown", reason: "LeasesLost", message };
  }
  if (!overview) return { type, status: "Unknown", reason: "Listening", message: "who holds what is not known yet" };
  const { bytesPerSecond, owedBytesPerSecond, floorsScaled } = overview;
  const limit = formatRate(bytesPerSecond);
  if (bytesPerSecond === 0 && spec.budget.quota)
    return { type, status: "True", reason: "QuotaSpent", message: "nothing may be sent before the next period" };
  if (floorsScaled) {
    const message = `the floors of its devices exceed ${limit} together: each has its part`;
    return { type, status: "False", reason: "FloorExceedsBudget", message };
  }
  if (owedBytesPerSecond <= bytesPerSecond)
    return { type, status: "True", reason: "Succeeded", message: `all leases fit into ${limit}` };
  const message = `leases are being cut to ${limit}; a silent device keeps its own until that ends`;
  return { type, status: "False", reason: "ShrinkPending", message };
}
