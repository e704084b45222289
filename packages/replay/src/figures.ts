import { type Prng, seededPrng } from "@sluice/foundation";

/** What one way of deciding made of some frames. */
export interface Figures {
  readonly frames: number;
  readonly sent: number;
  readonly bytes: number;
  /** Of the bytes that sending every frame at the largest rung would take. */
  readonly share: number;
  /** Mean score of the frames. */
  readonly score: number;
  /** Where the mean lies in 95 of 100 resamplings of stretches of the frames. */
  readonly interval: readonly [number, number];
}

/** What figures are made of: the frames of one stream. */
export interface Scored {
  readonly scores: readonly number[];
  readonly sent: number;
  readonly bytes: number;
  readonly bytesOfAll: number;
  readonly fps: number;
}

/** Neighbouring frames are alike, so stretches of this length are drawn, not frames. */
const stretchSeconds = 5;
const fewestStretches = 8;
const resamplings = 1_000;

/** Several streams as one. */
export function totalOf(streams: readonly Scored[]) {
  const sum = (pick: (each: Scored) => number) => streams.reduce((all, each) => all + pick(each), 0);
  const bytes = sum((each) => each.bytes);
  const bytesOfAll = sum((each) => each.bytesOfAll);
  const frames = sum((each) => each.scores.length);
  const score = sum(({ scores }) => scores.reduce((a, b) => a + b, 0)) / Math.max(1, frames);
  return { frames, sent: sum((each) => each.sent), bytes, bytesOfAll, share: bytes / Math.max(1, bytesOfAll), score };
}

/** Figures of several streams as one, or of one. */
export function figuresOf(streams: readonly Scored[], seed = 1): Figures {
  const { bytesOfAll: _, ...figures } = totalOf(streams);
  return { ...figures, interval: interval(streams, seededPrng(seed)) };
}

/** Percentile interval of the moving-block bootstrap (Künsch, 1989), each stream resampled by itself. */
function interval(streams: readonly Scored[], prng: Prng): [number, number] {
  const prepared = streams.filter(({ scores }) => scores.length > 0).map(stretchesOf);
  const frames = prepared.reduce((sum, { stretches, length }) => sum + stretches * length, 0);
  const means = Float64Array.from({ length: resamplings }, () => {
    const total = prepared.reduce((sum, stream) => sum + resampled(stream, prng), 0);
    return frames > 0 ? total / frames : 0;
  }).toSorted();
  return [means[Math.floor(0.025 * resamplings)]!, means[Math.ceil(0.975 * resamplings) - 1]!];
}

interface Stretches {
  /** Sums of the scores before each frame. */
  readonly before: Float64Array;
  readonly length: number;
  readonly stretches: number;
}

function stretchesOf({ scores, fps }: Scored): Stretches {
  const longest = Math.max(1, Math.floor(scores.length / fewestStretches));
  const length = Math.max(1, Math.min(Math.round(stretchSeconds * fps), longest));
  const before = new Float64Array(scores.length + 1);
  for (const [i, score] of scores.entries()) before[i + 1] = before[i]! + score;
  return { before, length, stretches: Math.max(1, Math.floor(scores.length / length)) };
}

function resampled({ before, length, stretches }: Stretches, prng: Prng): number {
  let sum = 0;
  for (let i = 0; i < stretches; i++) {
    const start = Math.floor(prng.next() * (before.length - length));
    sum += before[start + length]! - before[start]!;
  }
  return sum;
}

/** The stretch of a stream with the lowest mean score. */
export interface Stretch {
  /** Place of its first frame in the stream, and how many it has. */
  readonly from: number;
  readonly frames: number;
  readonly score: number;
}

export function worstStretch(scored: Scored): Stretch {
  const { before, length } = stretchesOf(scored);
  let from = 0;
  for (let i = 0; i + length < before.length; i++) {
    if (before[i + length]! - before[i]! < before[from + length]! - before[from]!) from = i;
  }
  return { from, frames: length, score: (before[from + length]! - before[from]!) / length };
}
