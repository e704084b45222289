import { best, bytesOfAll, inOrder, type Losses, type Run, rungsBySize, secondsOf, type Trace } from "@sluice/replay";
import { type FleetCell, meanOf } from "./found.ts";
import { agreementOf, attempt, cutTo, neverOf } from "./ways.ts";

/** One trace of the streams of several, as if each were filmed for as long as the shortest. */
function together(traces: readonly Trace[]): Trace {
  const { header } = traces[0]!;
  const streams = traces.flatMap((each) => each.header.streams);
  const frames = traces.flatMap((each, stream) => each.frames.map((frame) => ({ ...frame, stream })));
  return { header: { ...header, streams }, frames: inOrder(frames) };
}

/** What hindsight knows of the first frames of a stream. */
const firstOf = ({ frames, never, sendings }: Losses, count: number): Losses => ({
  frames: frames.slice(0, count),
  never: never.slice(0, count),
  sendings: sendings
    .slice(0, count)
    .map((options, at) => options.map((each) => ({ ...each, after: each.after.subarray(0, count - at) }))),
});

/** Streams under one budget, beside each with its own: the same bytes a second, or the same share of what it would send. */
export function fleetCellOf(
  name: string,
  whole: readonly Trace[],
  losses: readonly Losses[],
  share: number,
  seeds: number,
): FleetCell {
  const seconds = Math.min(...whole.map(secondsOf));
  const traces = whole.map((trace) => cutTo(trace, seconds));
  const all = together(traces);
  const allowedBytes = share * bytesOfAll(all);
  const budget = { share };
  const each = { bytesPerSecond: allowedBytes / secondsOf(all) / traces.length };
  const bySeed = (score: (seed: number) => number) => Array.from({ length: seeds }, (_, i) => score(i + 1));
  const apart = (own: typeof budget | typeof each, seed: number) =>
    meanOf(traces.flatMap((trace) => scoresOf(attempt(trace, { policy: "learned", budget: own, seed }))));
  const optimal = best(
    losses.map((known, i) => firstOf(known, traces[i]!.frames.length)),
    allowedBytes,
  );
  return {
    name,
    streams: traces.length,
    never: neverOf(all),
    optimum: 1 - optimal.leastLoss / all.frames.length,
    shared: bySeed((seed) => agreementOf(attempt(all, { policy: "learned", budget, seed }))),
    sharedEven: agreementOf(attempt(all, { policy: "periodic", budget, seed: 1 })),
    equalBytes: bySeed((seed) => apart(each, seed)),
    equalShare: bySeed((seed) => apart(budget, seed)),
    shares: sharesOf(all, share),
  };
}

const scoresOf = ({ frames }: Run): number[] => frames.map(({ score }) => score);

function sharesOf(all: Trace, share: number): number[] {
  const { frames } = attempt(all, { policy: "learned", budget: { share }, seed: 1 });
  const largest = rungsBySize(all.header)[0]!;
  return all.header.streams.map((_, stream) => {
    const own = frames.filter(({ frame }) => frame.stream === stream);
    const full = own.reduce((sum, { frame }) => sum + frame.bytes[largest]!, 0);
    return own.reduce((sum, { bytes }) => sum + bytes, 0) / full;
  });
}
