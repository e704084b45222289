import { answerOf } from "@sluice/vision";
import { totalOf } from "./figures.ts";
import { framesOf } from "./losses.ts";
import { scoredAlways, scoredNever } from "./scored.ts";
import type { Trace, TraceFrame } from "./trace.ts";

/** What a trace holds, stream by stream. */
export function describe(trace: Trace) {
  const { header } = trace;
  const never = scoredNever(trace);
  const always = scoredAlways(trace);
  return header.streams.map((stream, i) => {
    const frames = framesOf(trace, i).map((index) => trace.frames[index]!);
    const mean = (pick: (frame: TraceFrame) => number) =>
      frames.reduce((sum, f) => sum + pick(f), 0) / Math.max(1, frames.length);
    return {
      name: stream.name,
      width: stream.width,
      height: stream.height,
      fps: stream.fps,
      related: stream.related,
      frames: frames.length,
      seconds: frames.length === 0 ? 0 : frames.at(-1)!.t - frames[0]!.t + 1 / stream.fps,
      truth: frames.filter(({ truth }) => truth).length,
      /** Mean boxes a frame that count. */
      edgeBoxes: mean(({ edge }) => answerOf(header.task, edge, header.edge.threshold).length),
      cloudBoxes: mean(({ cloud }) => answerOf(header.task, cloud[0]!, header.cloud.threshold).length),
      /** Mean bytes of a frame, by rung. */
      bytes: Object.fromEntries(header.rungs.map(({ name }, rung) => [name, mean(({ bytes }) => bytes[rung]!)])),
      never: totalOf([never[i]!]).score,
      always: totalOf([always[i]!]).score,
    };
  });
}
export type Description = ReturnType<typeof describe>[number];
