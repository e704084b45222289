import type { Prng } from "@sluice/foundation";

/** A part of the load's course, in replicas that would be kept busy all the time; it changes evenly from one to the other. */
export interface Phase {
  readonly name: string;
  readonly minutes: number;
  readonly from: number;
  readonly to: number;
}

const minuteMs = 60_000;
const level = (name: string, minutes: number, load: number): Phase => ({ name, minutes, from: load, to: load });

/** A burst that comes at once, a plateau that is reached within two minutes, silence. */
export const course: readonly Phase[] = [
  level("calm", 3, 0.5),
  level("burst", 1, 4),
  level("calm", 5, 0.5),
  { name: "rise", minutes: 2, from: 0.5, to: 3 },
  level("plateau", 10, 3),
  level("silence", 19, 0),
];

export const lengthMs = (phases: readonly Phase[]): number =>
  phases.reduce((sum, { minutes }) => sum + minutes * minuteMs, 0);

/** Each phase with the time at which it begins and ends. */
export function timed(
  phases: readonly Phase[],
): readonly (Phase & { readonly fromMs: number; readonly toMs: number })[] {
  let fromMs = 0;
  return phases.map((phase) => {
    const begins = fromMs;
    fromMs += phase.minutes * minuteMs;
    return { ...phase, fromMs: begins, toMs: fromMs };
  });
}

export function loadAt(phases: readonly Phase[], atMs: number): number {
  const phase = timed(phases).find(({ toMs }) => atMs < toMs);
  if (!phase) return 0;
  return phase.from + ((phase.to - phase.from) * (atMs - phase.fromMs)) / (phase.toMs - phase.fromMs);
}

/**
 * When requests come that take a worker `serviceMs` each, at random: a Poisson process whose rate follows the course, by
 * thinning one of the highest rate (Lewis and Shedler, 1979).
 */
export function arrivals(phases: readonly Phase[], serviceMs: number, prng: Prng): number[] {
  return timed(phases).flatMap(({ from, to, fromMs, toMs }) => {
    const most = Math.max(from, to);
    if (most === 0) return [];
    const gapMs = () => (-Math.log(1 - prng.next()) * serviceMs) / most;
    const times: number[] = [];
    for (let atMs = fromMs + gapMs(); atMs < toMs; atMs += gapMs()) {
      const load = from + ((to - from) * (atMs - fromMs)) / (toMs - fromMs);
      if (prng.next() * most < load) times.push(atMs);
    }
    return times;
  });
}
