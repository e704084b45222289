import { type Clock, pause } from "@sluice/foundation";
import type { Kube } from "./kube.ts";

export interface Pace {
  readonly perSecond: number;
  /** Writes that may follow each other at once after a rest. */
  readonly burst: number;
}

/** The same server, at no more than so many writes a second: what comes faster waits for its turn. */
export function paced(kube: Kube, clock: Clock, { perSecond, burst }: Pace): Kube {
  const everyMs = 1_000 / perSecond;
  let nextMs = Number.NEGATIVE_INFINITY;
  const turn = async () => {
    const nowMs = clock.monotonicMs();
    const atMs = Math.max(nextMs, nowMs - (burst - 1) * everyMs);
    nextMs = atMs + everyMs;
    if (atMs > nowMs) await pause(clock, atMs - nowMs);
  };
  return {
    ...kube,
    async call(call) {
      if (call.verb !== "GET") await turn();
      return kube.call(call);
    },
  };
}
