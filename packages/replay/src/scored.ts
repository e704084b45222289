import { answerOf, scoreOf } from "@sluice/vision";
import type { Scored } from "./figures.ts";
import { framesOf } from "./losses.ts";
import type { Run } from "./run.ts";
import { referenceOf, replyOf } from "./score.ts";
import { rungsBySize, type Trace, type TraceFrame } from "./trace.ts";

/** Scores by stream of one way to answer every frame. */
function scored(trace: Trace, score: (index: number) => number, sentBytes: (index: number) => number): Scored[] {
  const largest = rungsBySize(trace.header)[0]!;
  return trace.header.streams.map(({ fps }, stream) => {
    const frames = framesOf(trace, stream);
    const bytes = frames.map(sentBytes);
    return {
      scores: frames.map(score),
      sent: bytes.filter((each) => each > 0).length,
      bytes: bytes.reduce((a, b) => a + b, 0),
      bytesOfAll: frames.reduce((sum, i) => sum + trace.frames[i]!.bytes[largest]!, 0),
      fps,
    };
  });
}

export const scoredRun = (trace: Trace, { frames }: Run): Scored[] =>
  scored(
    trace,
    (i) => frames[i]!.score,
    (i) => frames[i]!.bytes,
  );

/**
 * What the same sends are worth to a system without fusion: each reply, taken to have come in time, is its own frame's
 * answer, and the edge model's stands elsewhere.
 */
export function scoredAlone(trace: Trace, { frames }: Run): Scored[] {
  const edge = edgeScoreOf(trace);
  const cloud = cloudScoreOf(trace);
  return scored(
    trace,
    (i) => (frames[i]!.rung === undefined ? edge(i) : cloud(i, frames[i]!.rung)),
    (i) => frames[i]!.bytes,
  );
}

/** The edge model alone: what a frame is worth that nobody ever asked about. */
export const scoredNever = (trace: Trace): Scored[] => scored(trace, edgeScoreOf(trace), () => 0);

function edgeScoreOf(trace: Trace): (index: number) => number {
  const { task, edge } = trace.header;
  const judge = judgeOf(trace);
  return (i) => judge(trace.frames[i]!, answerOf(task, trace.frames[i]!.edge, edge.threshold));
}

/** The cloud model at the largest rung on every frame. */
export function scoredAlways(trace: Trace): Scored[] {
  const largest = rungsBySize(trace.header)[0]!;
  const cloud = cloudScoreOf(trace);
  return scored(
    trace,
    (i) => cloud(i, largest),
    (i) => trace.frames[i]!.bytes[largest]!,
  );
}

function cloudScoreOf(trace: Trace): (index: number, rung: number) => number {
  const { header, frames } = trace;
  const judge = judgeOf(trace);
  return (i, rung) => judge(frames[i]!, answerOf(header.task, replyOf(header, frames[i]!, rung), 0));
}

function judgeOf({ header }: Trace) {
  const largest = rungsBySize(header)[0]!;
  return (frame: TraceFrame, answer: ReturnType<typeof answerOf>): number =>
    scoreOf(header.task, answer, referenceOf(header, largest, frame));
}
