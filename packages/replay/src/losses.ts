import { limits } from "@sluice/contracts";
import { fusionOf, type Scene } from "@sluice/scene";
import { answerOf, scoreOf } from "@sluice/vision";
import { referenceOf, replyOf } from "./score.ts";
import { changeOf, rungsBySize, type Trace, type TraceFrame } from "./trace.ts";

/** What sending one frame at one rung would cost, and what would be lost nevertheless. A loss is 1 minus a score. */
export interface Sending {
  /** Index into the trace's rungs. */
  readonly rung: number;
  readonly bytes: number;
  /** Loss of the frame itself. */
  readonly own: number;
  /** Losses of the frames that follow without another send, summed up: `after[k]` of the first k. */
  readonly after: Float64Array;
}

/** One stream's frames with all that a clairvoyant needs. */
export interface Losses {
  /** Indices into the trace's frames. */
  readonly frames: readonly number[];
  /** Loss of each frame where no reply is at work. */
  readonly never: Float64Array;
  /** By frame, by rung of the ladder. */
  readonly sendings: readonly (readonly Sending[])[];
}

/** Above this many steps of fusion a correction is followed less far: what lies beyond counts as if it were forgotten. */
const mostSteps = 4_000_000;
const shortestHorizon = 100;

export function horizonOf(frames: number, rungs: number): number {
  if ((frames * frames * rungs) / 2 <= mostSteps) return frames;
  return Math.max(shortestHorizon, Math.floor(mostSteps / (frames * rungs)));
}

/** Frames of one stream, as indices into the trace's. */
export const framesOf = (trace: Trace, stream: number): number[] =>
  [...trace.frames.keys()].filter((i) => trace.frames[i]!.stream === stream);

/** Each answer used for its own frame only, the edge's own otherwise. */
export function lossesAlone(trace: Trace, stream: number, rungs: readonly number[]): Losses {
  const frames = framesOf(trace, stream);
  const judge = judgeOf(trace);
  const nothing = Float64Array.of(0);
  const { task, edge } = trace.header;
  return {
    frames,
    never: Float64Array.from(frames, (i) =>
      judge(trace.frames[i]!, answerOf(task, trace.frames[i]!.edge, edge.threshold)),
    ),
    sendings: frames.map((i) => rungs.map((rung) => ({ ...owned(trace, trace.frames[i]!, rung), after: nothing }))),
  };
}

/**
 * Each answer carried forward by the product's own fusion, which knows what `beliefs` know and learns no more. What came
 * before a send is taken to have been without replies, so that each send is followed once.
 */
export function lossesCarried(
  trace: Trace,
  stream: number,
  rungs: readonly number[],
  beliefs: Scene["beliefs"],
  tick: () => void = () => {},
  longest = Number.POSITIVE_INFINITY,
): Losses {
  const frames = framesOf(trace, stream);
  const horizon = Math.min(longest, horizonOf(frames.length, rungs.length));
  const judge = judgeOf(trace);
  const { header } = trace;
  const threshold = header.edge.threshold;
  const options = { ...header.streams[stream]!, task: header.task, threshold, limit: limits.detectionsPerFrame };
  const fusion = fusionOf({ ...options, beliefs: beliefs.freeze() });
  const never = new Float64Array(frames.length);
  const sendings = frames.map((index, at) => {
    const frame = trace.frames[index]!;
    never[at] = judge(frame, answered(fusion, frame));
    const following = frames.slice(at + 1, at + 1 + horizon).map((i) => trace.frames[i]!);
    const followed = rungs.map((rung) => {
      const fork = fusion.fork();
      fork.reply(frame.frame, replyOf(header, frame, rung));
      const after = new Float64Array(following.length + 1);
      for (const [k, next] of following.entries()) {
        after[k + 1] = after[k]! + judge(next, answered(fork, next));
      }
      return { ...owned(trace, frame, rung), after };
    });
    tick();
    return followed;
  });
  return { frames, never, sendings };
}

const answered = (fusion: ReturnType<typeof fusionOf>, frame: TraceFrame) =>
  fusion.frame(frame.frame, frame.t * 1_000, frame.edge, changeOf(frame).camera).answer;

function owned(trace: Trace, frame: TraceFrame, rung: number) {
  const answer = answerOf(trace.header.task, replyOf(trace.header, frame, rung), 0);
  return { rung, bytes: frame.bytes[rung]!, own: judgeOf(trace)(frame, answer) };
}

function judgeOf({ header }: Trace) {
  const largest = rungsBySize(header)[0]!;
  return (frame: TraceFrame, answer: Parameters<typeof scoreOf>[1]): number =>
    1 - scoreOf(header.task, answer, referenceOf(header, largest, frame));
}
