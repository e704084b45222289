import type { PolicyEvent } from "@sluice/contracts";
import type { Plan } from "./plan.ts";
import { failureText, wordsOf } from "./report.ts";
import type { RolloutState } from "./state.ts";

/** Something worth telling people, once. */
export interface News {
  readonly type: "Normal" | "Warning";
  readonly reason: PolicyEvent;
  readonly message: string;
}

const normal = (reason: PolicyEvent, message: string): News => ({ type: "Normal", reason, message });
const warning = (reason: PolicyEvent, message: string): News => ({ type: "Warning", reason, message });

/** What happened between two states, in order. */
export function news(before: RolloutState | null, after: RolloutState, plan: Plan): News[] {
  const anew = before?.target !== after.target || before.restart !== after.restart;
  const since = anew ? null : before;
  const started = `${after.target} after ${before?.stable ?? "no policy"}`;
  return [
    ...(anew ? [normal("RolloutStarted", started)] : []),
    ...waveNews(since, after, plan),
    ...(since?.phase === after.phase ? [] : endNews(after)),
  ];
}

function waveNews(since: RolloutState | null, after: RolloutState, plan: Plan): News[] {
  const { target, wave, begunMs, passedMs, reach, failure, failures, phase } = after;
  const place = `${target}: wave ${wave + 1} of ${plan.waves.length + 1}`;
  const sameWave = since?.wave === wave;
  const begun = begunMs !== null && !(sameWave && since.begunMs !== null);
  const passed = passedMs !== null && !(sameWave && since.passedMs !== null);
  const failed = phase === "rolling" && failure !== null && !(sameWave && since.failures === failures);
  return [
    ...(begun ? [normal("WaveStarted", reach === null ? place : `${place}, ${reach} devices at most`)] : []),
    ...(failed ? [warning("MeasurementFailed", `${place}: ${failureText(failure)}`)] : []),
    ...(passed ? [normal("WavePassed", place)] : []),
  ];
}

function endNews({ phase, target, stable, failure }: RolloutState): News[] {
  const back = `back to ${stable ?? "no policy"}`;
  const why = failure ? failureText(failure) : "its gate failed";
  const says = failure ? wordsOf(failure) : "";
  if (phase === "complete") return [normal("RolloutComplete", `${target} is the policy's stable revision`)];
  if (phase === "aborted") return [warning("RolloutAborted", `${target}: ${back}`)];
  if (phase === "held") return [warning("RolloutHeld", `${target}: ${why}${says}`)];
  return phase === "rolled-back" ? [warning("RolledBack", `${target}: ${why}; ${back}${says}`)] : [];
}
