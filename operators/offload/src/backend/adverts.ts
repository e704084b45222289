import { conditionOf, type Finding, type Outcome, ready, waiting } from "@sluice/cluster";
import { type Backend, type InferenceBackend, type InferenceBackendStatus, subjects } from "@sluice/contracts";
import { type Model, nameOf } from "../ports.ts";

/** An endpoint is asked this often, and adverts of replicas are looked at. */
export const lookAgainMs = 30_000;

/** What replicas say of themselves, for the status; absent what nobody said. */
export function advertised(model: Model, heard: readonly Backend[]): InferenceBackendStatus {
  const queueMs = heard.reduce((most, replica) => Math.max(most, replica.queueMs), 0);
  const digest = heard[0]?.digest ?? "";
  return {
    subject: subjects.inferAll(nameOf(model)),
    ...(heard.length > 0 && { readyReplicas: heard.length, queueDelay: coarse(queueMs), sha256: digest }),
  };
}

/** A delay that changes all the time, in steps of 1, 2 and 5. */
function coarse(ms: number): string {
  const steps = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
  return `${steps.find((step) => ms <= step) ?? 10_000}ms`;
}

/** Whether replicas are heard; the backend's own status tells whether any ever were. */
export function reporting({ status }: InferenceBackend, heard: readonly Backend[]): Finding {
  const type = "Reporting";
  if (heard.length > 0) return { type, status: "True", reason: "Succeeded", message: "replicas advertise themselves" };
  const before = conditionOf(status?.conditions, type);
  if (before?.status === "True" || before?.reason === "Silent")
    return { type, status: "False", reason: "Silent", message: "no replica advertises itself any more" };
  return { type, status: "Unknown", reason: "NeverSeen", message: "no replica advertises itself yet" };
}

/** What adverts alone make of a backend. */
export function outcomeOfAdverts({ status, reason, message }: Finding): Outcome {
  return status === "True" ? ready("replicas answer", { afterMs: lookAgainMs }) : waiting(reason, message, lookAgainMs);
}
