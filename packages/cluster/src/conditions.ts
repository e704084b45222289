import type { Condition, ConditionReason } from "@sluice/contracts";

/** What somebody found out; when it began is the list's business. */
export interface Finding {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: ConditionReason;
  /** Why, and what happens next. Nothing that changes by itself, like a time or a count: each change is a write. */
  readonly message: string;
}

const messageLimit = 4_096;

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((condition) => condition.type === type);

/**
 * The conditions after `findings` about the spec of `generation`. A condition keeps its time until its status
 * changes; types that `findings` does not name are gone.
 */
export function conditionsAfter(
  before: readonly Condition[] | undefined,
  findings: readonly Finding[],
  generation: number | undefined,
  nowMs: number,
): Condition[] {
  const now = new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");
  return findings.map(({ type, status, reason, message }) => {
    const old = conditionOf(before, type);
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : now;
    const text = message.length <= messageLimit ? message : `${message.slice(0, messageLimit - 1)}…`;
    const observed = generation === undefined ? {} : { observedGeneration: generation };
    return { type, status, reason, message: text, ...observed, lastTransitionTime };
  });
}
