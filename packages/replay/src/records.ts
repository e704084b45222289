import { reasons, SluiceError, type TraceHeader } from "@sluice/contracts";
import { entryOf, Flaw, flaw, itemOf, numberOf, shown, wholeOf } from "./entries.ts";
import type { Replayed } from "./run.ts";

/** A line of `decisions.jsonl`: what was decided on a frame, with its numbers, and what was answered. */
export interface DecisionRecord {
  readonly stream: string;
  readonly frame: number;
  readonly t: number;
  readonly action: "send" | "skip";
  readonly rung: string | null;
  /** The part of the frame that was sent, `[x1, y1, x2, y2]` in its pixels; absent where all of it was. */
  readonly region?: readonly number[];
  readonly bytes: number;
  readonly reason: (typeof reasons)[number];
  readonly value: number;
  readonly price: number;
  /** Chance with which the frame was drawn to be audited, whatever is in it; absent in older files. */
  readonly propensity?: number;
  readonly tokens: number;
  readonly arrivedAt: number | null;
  readonly score: number;
  /** Numbers that the decision rests on; those that are not known yet are absent. */
  readonly signals: Readonly<Record<string, number>>;
  readonly answer: readonly (readonly number[])[];
}

/** Digits of numbers that nobody reads beyond. */
const digits = 6;
const brief = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(digits)) : 0);

export function recordOf({ task, streams, rungs }: TraceHeader, replayed: Replayed): DecisionRecord {
  const { frame, action, rung, asked, bytes, reason, value, price, tokens, arrivedAt, score, signals, answer } =
    replayed;
  const { region } = asked;
  const known = Object.entries(signals).filter(([, signal]) => Number.isFinite(signal));
  return {
    stream: streams[frame.stream]!.name,
    frame: frame.frame,
    t: frame.t,
    action,
    rung: rung === undefined ? null : rungs[rung]!.name,
    ...(region && { region: [region.x1, region.y1, region.x2, region.y2] }),
    bytes,
    reason,
    value: brief(value),
    price: brief(price),
    propensity: brief(replayed.propensity),
    tokens,
    arrivedAt: arrivedAt ?? null,
    score: brief(score),
    signals: Object.fromEntries(known.map(([name, signal]) => [name, brief(signal)])),
    answer: answer.map((d) => entryOf(task, d)),
  };
}

/** Reads a line of `decisions.jsonl`; an error names the line and what is wrong in it. */
export function readRecord(text: string, where: string): DecisionRecord {
  try {
    return checked(JSON.parse(text) as unknown);
  } catch (cause) {
    if (!(cause instanceof Flaw || cause instanceof SyntaxError)) throw cause;
    throw new SluiceError("replay-invalid", `${where}: ${cause.message}`, { cause });
  }
}

function regionOf(value: unknown): void {
  const sides: unknown = value;
  if (!Array.isArray(sides) || sides.length !== 4) return flaw("region", `is ${shown(value)}`);
  for (const side of sides as unknown[]) wholeOf(side, "region", 0);
}

function checked(value: unknown): DecisionRecord {
  const line = itemOf(value, "the line");
  if (typeof line["stream"] !== "string") flaw("stream", `must be a name, it is ${shown(line["stream"])}`);
  if (line["action"] !== "send" && line["action"] !== "skip") flaw("action", `is ${shown(line["action"])}`);
  if (!(reasons as readonly unknown[]).includes(line["reason"])) flaw("reason", `is ${shown(line["reason"])}`);
  if (line["rung"] !== null && typeof line["rung"] !== "string") flaw("rung", `is ${shown(line["rung"])}`);
  if (!Array.isArray(line["answer"])) flaw("answer", "must be a list");
  const any = Number.MAX_VALUE;
  wholeOf(line["frame"], "frame", 0);
  wholeOf(line["bytes"], "bytes", 0);
  for (const name of ["t", "value", "price", "tokens"]) numberOf(line[name], name, -any, any);
  numberOf(line["score"], "score", 0, 1);
  if (line["propensity"] !== undefined) numberOf(line["propensity"], "propensity", 0, 1);
  if (line["region"] !== undefined) regionOf(line["region"]);
  if (line["arrivedAt"] !== null) numberOf(line["arrivedAt"], "arrivedAt", -any, any);
  const signals = itemOf(line["signals"], "signals");
  for (const [name, signal] of Object.entries(signals)) numberOf(signal, `signals.${name}`, -any, any);
  return value as DecisionRecord;
}
