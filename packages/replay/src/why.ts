import type { Reason } from "@sluice/contracts";
import { formatBytes } from "@sluice/foundation";
import type { DecisionRecord } from "./records.ts";

/** How each reason is told. */
export const words: Record<Reason, string> = {
  value: "it was expected to be worth more than its bytes cost",
  audit: "it was drawn at random, to measure without bias",
  probe: "to learn whether the cloud answers again",
  periodic: "it was its turn",
  always: "the policy sends every frame",
  random: "the policy drew lots",
  hard: "the policy's criterion found it hard",
  easy: "the policy's criterion found it easy",
  price: "it was expected to be worth less than its bytes cost",
  never: "the policy sends nothing",
  budget: "the bucket did not hold its bytes",
  "in-flight": "as many requests as allowed were under way",
  disconnected: "there was no connection",
  late: "its answer would have come after the deadline",
  "encode-error": "its picture could not be encoded",
  silent: "the cloud had not answered of late, and the next probe was not due",
  "too-large": "its picture was larger than a message may be",
};

const signalWords: Readonly<Record<string, string>> = {
  uncertain: "local detections near the threshold",
  churn: "answer that changed against the frame before",
  motion: "picture that changed against the frame before",
  drift: "motion since the last frame that was sent",
  staleMs: "milliseconds since the last frame that was sent",
  loss: "F1 that the answer is expected to miss",
  fresh: "what is expected of it just after a send, of which half is taken to stay whatever is sent",
  lost: "what of it sending could have saved, summed up since the last frame that was sent",
};

/** A decision in words and numbers: a line for each thing that there is to say. */
export function explain(all: readonly DecisionRecord[], at: number): string[] {
  const record = all[at]!;
  const { stream, frame, t, action, rung, bytes, reason, value, price, tokens, score, answer } = record;
  const sent = action === "send";
  const head = `${stream} frame ${frame}, ${t.toFixed(2)} s: ${sent ? `sent as ${rung}${partOf(record)}, ${formatBytes(bytes)}` : "not sent"}: ${words[reason]}`;
  return [
    head,
    `expected value ${value.toPrecision(3)} F1; a byte cost ${price.toPrecision(3)}${sent ? `, so it cost ${(bytes * price).toPrecision(3)}` : ""}`,
    auditWords(record.propensity ?? 0),
    `the bucket held ${formatBytes(tokens)} afterwards`,
    arrival(record),
    `answered with ${answer.length} entries, scored ${score.toFixed(3)}`,
    ...neighbours(all, at),
    ...Object.entries(record.signals).map(([name, signal]) =>
      `  ${name} ${signal}  ${signalWords[name] ?? ""}`.trimEnd(),
    ),
  ].filter((line) => line !== "");
}

function partOf({ region }: DecisionRecord): string {
  if (!region) return "";
  const [x1, y1, x2, y2] = region;
  return `, its part from ${x1},${y1} to ${x2},${y2} alone`;
}

const auditWords = (propensity: number): string =>
  propensity > 0
    ? `whatever was in it, it had a chance of ${propensity.toPrecision(3)} to be drawn for an audit`
    : "it could not have been drawn for an audit";

function arrival({ action, arrivedAt, t }: DecisionRecord): string {
  if (action === "skip") return "";
  if (arrivedAt === null) return "no answer came";
  return arrivedAt === t ? "the answer came at once" : `the answer came ${(arrivedAt - t).toFixed(3)} s later`;
}

function neighbours(all: readonly DecisionRecord[], at: number): string[] {
  const { stream, frame, t } = all[at]!;
  const isSent = (other: DecisionRecord) => other.stream === stream && other.action === "send";
  const before = all.slice(0, at).findLast(isSent);
  const after = all.slice(at + 1).find(isSent);
  return [
    before
      ? `last sent before: frame ${before.frame}, ${(t - before.t).toFixed(2)} s earlier`
      : "no frame was sent before",
    after ? `next sent: frame ${after.frame}, ${after.frame - frame} frames later` : "no frame was sent after",
  ];
}
