import {
  mappingSchema,
  type OffloadPolicySpec,
  type OffloadSpec,
  offloadPolicySchema,
  offloadSpecOf,
  readDocument,
  SluiceError,
  validate,
} from "@sluice/contracts";
import { parseRate } from "@sluice/foundation";
import { bytesOfAll, rungsBySize, secondsOf, type Trace } from "./trace.ts";

/** A policy as somebody wrote it down, to be tried on a trace. */
export interface Draft {
  readonly name: string;
  readonly spec: OffloadPolicySpec;
  /** It asks for the policy that knows the future, which no device could follow. */
  readonly oracle: boolean;
  /** What it says itself; of the rest a trace knows better than the defaults. */
  readonly given: { readonly burst: boolean; readonly rungs: boolean };
}

/** A share of what sending everything would take, or bytes a second; for all streams together. */
export type Budget = { readonly share: number } | { readonly bytesPerSecond: number };

const oracle = "oracle";
const mapping = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

/** Reads an `OffloadPolicy`; throws a SluiceError that lists every problem. */
export function readPolicy(text: string, where: string): Draft {
  const document = readDocument(text, mappingSchema, where, "config-invalid");
  const given = mapping(document["spec"]);
  const decision = mapping(given["decision"]);
  const isOracle = decision["policy"] === oracle;
  // Everybody else's schema refuses the oracle: of its frames nothing is known before they are over.
  if (isOracle) document["spec"] = { ...given, decision: { ...decision, policy: "periodic" } };
  const { metadata, spec } = validate(document, offloadPolicySchema, where, "config-invalid");
  return {
    name: metadata.name,
    spec,
    oracle: isOracle,
    given: { burst: "burst" in mapping(given["budget"]), rungs: "rungs" in mapping(given["payload"]) },
  };
}

/** `"10%"` or a rate such as `"200kbit/s"`; throws with the reason where it is neither. */
export function readBudget(text: string): Budget {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  if (percent) return { share: Number(percent[1]) / 100 };
  const rate = parseRate(text);
  if (rate.ok) return { bytesPerSecond: rate.value };
  throw new SluiceError("config-invalid", `budget ${rate.error}; or write a percentage, such as 10%`);
}

/** What a bucket can count exactly. */
const largestBurst = 4e9;

/**
 * The policy as the edge would act on it, with this trace's rungs and this budget. Where it names no burst the bucket is
 * as large as the budget of the whole trace, so that nothing unspent is lost.
 */
export function specOf(
  draft: Draft,
  trace: Trace,
  changes: { budget?: Budget; deadlineMs?: number } = {},
): OffloadSpec {
  const spec = offloadSpecOf(draft.spec, { model: "cloud" });
  const seconds = secondsOf(trace);
  const rate = rateOf(changes.budget ?? { bytesPerSecond: spec.budget.rate }, trace);
  const burst = draft.given.burst ? spec.budget.burst : rate * seconds;
  return {
    ...spec,
    budget: { rate, burst: Math.min(Math.ceil(burst), largestBurst) },
    payload: { ...spec.payload, rungs: rungsOf(draft, trace).map((i) => trace.header.rungs[i]!) },
    delivery: { ...spec.delivery, deadline: changes.deadlineMs ?? spec.delivery.deadline },
  };
}

export function rateOf(budget: Budget, trace: Trace): number {
  if ("bytesPerSecond" in budget) return budget.bytesPerSecond;
  return (budget.share * bytesOfAll(trace)) / secondsOf(trace);
}

/** Indices of the trace's rungs that a policy may use, best first: those that it names, or all. */
export function rungsOf({ spec, given, name }: Draft, { header }: Trace): number[] {
  if (!given.rungs) return rungsBySize(header);
  return spec.payload.rungs.map((rung) => {
    const index = header.rungs.findIndex((recorded) => recorded.name === rung.name);
    if (index >= 0) return index;
    const known = header.rungs.map((recorded) => recorded.name).join(", ");
    throw new SluiceError("config-invalid", `${name}: the trace has no rung "${rung.name}"; it has ${known}`);
  });
}
