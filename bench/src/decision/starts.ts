import { scoredAlone, type Trace } from "@sluice/replay";
import { meanOf, type Starts } from "./found.ts";
import { agreementOf, attempt, neverOf } from "./ways.ts";

const count = 5;

/**
 * The decision and even sends, begun at five places within the distance of even sends: which few frames of a short clip are
 * sent is chance, and a clip of nine seconds scores up to .04 more or less by where it begins.
 */
export function startsOf(trace: Trace, share: number): Starts {
  const begun = Array.from({ length: count }, (_, i) => begunAt(trace, Math.round(i / share / count), share, i + 1));
  const mean = (of: keyof Starts) => meanOf(begun.map((each) => each[of]));
  return { learned: mean("learned"), periodic: mean("periodic"), alone: mean("alone"), never: mean("never") };
}

function begunAt(whole: Trace, first: number, share: number, seed: number): Starts {
  const trace = { ...whole, frames: whole.frames.slice(first) };
  const [learned, periodic] = (["learned", "periodic"] as const).map((policy) =>
    attempt(trace, { policy, budget: { share }, seed }),
  );
  return {
    learned: agreementOf(learned!),
    periodic: agreementOf(periodic!),
    alone: meanOf(scoredAlone(trace, periodic!).flatMap(({ scores }) => scores)),
    never: neverOf(trace),
  };
}
