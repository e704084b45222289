import type { SluiceError } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";

/** The same words are said again only after so long; different ones that are remembered. */
const againMs = 60_000;
const rememberedMax = 1_000;

/** Passes problems on, each once in a while: what a fleet complains of ten thousand times is one line of a log. */
export function seldom(clock: Clock, tell: (problem: SluiceError) => void): (problem: SluiceError) => void {
  const saidMs = new Map<string, number>();
  return (problem) => {
    const words = `${problem.code} ${problem.message}`;
    const nowMs = clock.monotonicMs();
    if (nowMs - (saidMs.get(words) ?? Number.NEGATIVE_INFINITY) < againMs) return;
    if (saidMs.size >= rememberedMax) saidMs.clear();
    saidMs.set(words, nowMs);
    tell(problem);
  };
}
