import type { PolicyName } from "@sluice/contracts";
import {
  type Run,
  type RunOptions,
  readPolicy,
  run,
  scoredAlone,
  scoredNever,
  secondsOf,
  specOf,
  type Trace,
} from "@sluice/replay";
import { meanOf, type Way } from "./found.ts";

/** Those that draw at random are run with every seed. */
const drawn: readonly PolicyName[] = ["learned", "random"];
export const compared: readonly PolicyName[] = [
  "learned",
  "periodic",
  "random",
  "reward",
  "crossentropy",
  "ibt",
  "threshold",
  "entropy",
  "difference",
];
const noRoad = { network: undefined, rttMs: 0 };

type Budget = { readonly share: number } | { readonly bytesPerSecond: number };

export interface Attempt {
  readonly policy: PolicyName;
  readonly budget: Budget;
  readonly seed: number;
  readonly deadlineMs?: number;
  readonly road?: RunOptions["road"];
}

/** One run of a policy as it comes. */
export function attempt(trace: Trace, { policy, budget, seed, deadlineMs, road = noRoad }: Attempt): Run {
  const head = "apiVersion: sluice.dev/v1alpha1\nkind: OffloadPolicy\nmetadata: { name: bench }\n";
  const draft = readPolicy(`${head}spec: { decision: { policy: ${policy} } }\n`, "bench");
  const spec = specOf(draft, trace, { budget, ...(deadlineMs !== undefined && { deadlineMs }) });
  return run(trace, { spec, seed, road });
}

export const agreementOf = ({ frames }: Run): number => meanOf(frames.map(({ score }) => score));
export const neverOf = (trace: Trace): number => meanOf(scoredNever(trace).flatMap(({ scores }) => scores));
const bytesOf = ({ frames }: Run): number => frames.reduce((sum, { bytes }) => sum + bytes, 0);

/** Every policy under one budget: what it is worth, and the bytes by which it went over. */
export function waysOf(trace: Trace, share: number, allowedBytes: number, seeds: number) {
  const ways: Partial<Record<PolicyName, Way>> = {};
  let overBytes = 0;
  for (const policy of compared) {
    const count = drawn.includes(policy) ? seeds : 1;
    const runs = Array.from({ length: count }, (_, i) => attempt(trace, { policy, budget: { share }, seed: i + 1 }));
    const alone = runs.map((each) => meanOf(scoredAlone(trace, each).flatMap(({ scores }) => scores)));
    ways[policy] = { fused: runs.map(agreementOf), alone: meanOf(alone) };
    overBytes = Math.max(overBytes, ...runs.map((each) => bytesOf(each) - allowedBytes));
  }
  return { ways, overBytes };
}

/** The first so many seconds of a trace. */
export const cutTo = (trace: Trace, seconds: number): Trace => {
  const endAt = trace.frames[0]!.t + seconds;
  return secondsOf(trace) <= seconds ? trace : { ...trace, frames: trace.frames.filter(({ t }) => t < endAt) };
};
