import { conditionOf, type Outcome, type Reconciled, ready } from "@sluice/cluster";
import type { ConditionReason } from "@sluice/contracts";
import { type Model, nameOf } from "../ports.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Copies, copiesOf } from "./copies.ts";

const lookAgainMs = 30_000;
const problemLength = 1_024;

/**
 * Where a model is. Nobody fetches the file to look at it here: it may be gigabytes, and on a path of a device. Who loads it
 * checks its digest first, and says so: a copy is a device or a replica that has loaded the file with the model's digest.
 */
export function modelReport(model: Model, telemetry: Telemetry, nowMs: number): Reconciled {
  const copies = copiesOf(model, telemetry, nowMs);
  const { available, failed } = copies;
  const failure = failureOf(model, copies);
  const problem = failure?.message.slice(0, problemLength);
  return {
    outcome: failure ?? calm(available),
    status: { copies: { available, failed, ...(problem && { problem }) } },
    quiet: true,
  };
}

const calm = (available: number): Outcome =>
  ready(available > 0 ? "loaded" : "registered: nobody has loaded it yet; who does checks its digest", {
    afterMs: lookAgainMs,
  });

/** Why the model does not work. Who could not load it goes back to another one: it stays a failure until somebody can. */
function failureOf(model: Model, { available, failed, refusal }: Copies): Outcome | null {
  if (refusal) return failedBy(reasonOf(refusal.code), refusal.reason);
  if (failed > 0) return failedBy("DigestMismatch", strangers(model));
  const { conditions, copies } = model.status ?? {};
  const before = conditionOf(conditions, "Ready");
  const stands =
    available === 0 && before?.status === "False" && before.observedGeneration === model.metadata.generation;
  return stands && copies?.problem !== undefined ? failedBy(before.reason as ConditionReason, copies.problem) : null;
}

const failedBy = (reason: ConditionReason, message: string): Outcome => ({
  kind: "failed",
  reason,
  message,
  leastMs: lookAgainMs,
});

const strangers = (model: Model): string =>
  `copies of ${nameOf(model)} have another digest than ${model.spec.sha256.slice(0, 12)}…`;

function reasonOf(code: string): ConditionReason {
  if (code === "model-digest-mismatch") return "DigestMismatch";
  return code === "model-unreadable" ? "ModelUnavailable" : "ModelUnsuitable";
}
