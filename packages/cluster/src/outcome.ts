import { type ConditionReason, SluiceError } from "@sluice/contracts";
import { formatDuration } from "@sluice/foundation";
import { ApiError, isConflict } from "./api-error.ts";
import type { Finding } from "./conditions.ts";

/** How a reconciliation ended. What follows (conditions, event, next try) follows from `kind` alone. */
export type Outcome =
  /** All is as the spec says. Looked at again after `afterMs`, or else when something changes. */
  | { readonly kind: "ready"; readonly message: string; readonly reason?: ConditionReason; readonly afterMs?: number }
  /** Something outside must happen first; looked at again after `afterMs` at the latest. */
  | { readonly kind: "waiting"; readonly reason: ConditionReason; readonly message: string; readonly afterMs: number }
  /** Only a change of the spec, or of what it names, helps. */
  | { readonly kind: "stalled"; readonly reason: ConditionReason; readonly message: string }
  /** It did not work this time; tried again with growing pauses, of `leastMs` at least. */
  | { readonly kind: "failed"; readonly reason: ConditionReason; readonly message: string; readonly leastMs: number };

/** Somebody else wrote first: nothing to report, the newer version is on its way here. */
export type Conflict = { readonly kind: "conflict"; readonly leastMs: number };

/** Nothing can be said of the object yet: its status stays as it is, and it is looked at again after `afterMs`. */
export type Deferred = { readonly kind: "deferred"; readonly afterMs: number };

export const ready = (message: string, more: { reason?: ConditionReason; afterMs?: number } = {}): Outcome => ({
  kind: "ready",
  message,
  ...more,
});
export const waiting = (reason: ConditionReason, message: string, afterMs: number): Outcome => ({
  kind: "waiting",
  reason,
  message,
  afterMs,
});
export const stalled = (reason: ConditionReason, message: string): Outcome => ({ kind: "stalled", reason, message });

/** What a thrown error means for the object that was being reconciled. */
export function outcomeOf(error: unknown): Outcome | Conflict {
  const leastMs = error instanceof ApiError ? error.retryAfterMs : 0;
  if (isConflict(error)) return { kind: "conflict", leastMs };
  if (!(error instanceof SluiceError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", reason: "Unknown", message, leastMs };
  }
  const message = error.advice;
  if (error.consequence === "stalled") return stalled(reasons[error.code] ?? "Invalid", message);
  return { kind: "failed", reason: reasons[error.code] ?? "Unknown", message, leastMs };
}

const reasons: { readonly [code: string]: ConditionReason } = {
  "field-conflict": "Conflicting",
  "model-digest-mismatch": "DigestMismatch",
  disconnected: "Unwritable",
};

/** `Ready`, and kstatus's `Reconciling` or `Stalled` while they hold: both are absent from an object that is well. */
export function findingsOf(outcome: Outcome): Finding[] {
  if (outcome.kind === "ready") {
    return [{ type: "Ready", status: "True", reason: outcome.reason ?? "Succeeded", message: outcome.message }];
  }
  const message = `${outcome.message.trimEnd().replace(/\.$/, "")}. ${nextStep(outcome)}`;
  const because = { reason: outcome.reason, message };
  const status = outcome.kind === "waiting" ? "Unknown" : "False";
  const type = outcome.kind === "stalled" ? "Stalled" : "Reconciling";
  return [
    { type: "Ready", status, ...because },
    { type, status: "True", ...because },
  ];
}

function nextStep(outcome: Exclude<Outcome, { kind: "ready" }>): string {
  if (outcome.kind === "stalled") return "Not tried again until the spec, or what it names, changes.";
  if (outcome.kind === "failed") return "Tried again, with growing pauses.";
  return `Looked at again within ${formatDuration(roundedUp(outcome.afterMs))}.`;
}

/** In few steps: a message that counted down would be written at every look. */
const roundedUp = (ms: number): number => steps.find((step) => ms <= step) ?? ms;
const steps = [1_000, 10_000, 30_000, 60_000, 600_000, 3_600_000, 86_400_000];
