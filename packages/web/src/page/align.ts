import type { LocalResult } from "../fleet/state.ts";

/** A picture waits this long for its result before it is shown with the nearest one. */
export const patienceMs = 350;
/** Pictures that wait at once: more than a live view sends in that time. */
const waitingMax = 8;
/** Results further away than this belong to another scene. */
const nearFrames = 30;

export interface Waiting<P> {
  readonly frame: number | null;
  readonly atMs: number;
  readonly picture: P;
}

/** The result for a picture: of that very frame, else the nearest one; the newest where the number is unknown. */
export function resultFor(results: readonly LocalResult[], frame: number | null): LocalResult | undefined {
  if (frame === null) return results.at(-1);
  const near = results.filter((r) => Math.abs(r.frame - frame) <= nearFrames);
  const distance = (r: LocalResult) => Math.abs(r.frame - frame);
  return near.reduce<LocalResult | undefined>(
    (best, r) => (best && distance(best) <= distance(r) ? best : r),
    undefined,
  );
}

/**
 * Pictures and results come by different ways. A picture is due once its result or a later one is known, or when it
 * has waited long enough. Returns the newest picture that is due and those that go on waiting.
 */
export function takeDue<P>(waiting: readonly Waiting<P>[], results: readonly LocalResult[], nowMs: number) {
  const newest = results.at(-1)?.frame ?? -1;
  const isDue = (w: Waiting<P>) => w.frame === null || newest >= w.frame || nowMs - w.atMs >= patienceMs;
  const last = waiting.findLastIndex(isDue);
  const rest = waiting.slice(last + 1).slice(-waitingMax);
  return { due: waiting[last], rest };
}
