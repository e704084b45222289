import { type Box, iou } from "@sluice/vision";
import type { Track } from "./track.ts";

export interface Speed {
  /** Pixels a second, of the centre. */
  readonly velocityX: number;
  readonly velocityY: number;
}

/** What is needed of an earlier frame to measure a speed. */
export interface Past {
  readonly atMs: number;
  readonly edge: readonly Box[];
}

/** Frames that a speed is measured over where no track has told it yet. */
export const speedMoments = 5;
/** Overlap from which boxes of successive frames are the same object. */
const sameObjectIou = 0.3;

/**
 * The speed of an object that a reply to the frame of `atMs` has just spoken of, in this order: as the one of the
 * `confirmed` tracks that stood here knew it, corrected by how far that was off where nothing but its own motion carried
 * it; as the edge's detections show it; none.
 */
export function speedOf(track: Track, atMs: number, confirmed: readonly Track[], earlier: readonly Past[]): Speed {
  const before = nearest(track.box, confirmed, (t) => t.box);
  if (!before) return track.edge ? traced(track.edge, atMs, earlier) : { velocityX: 0, velocityY: 0 };
  const seconds = (atMs - before.judgedAtMs) / 1_000;
  if (before.seenAtMs > before.judgedAtMs || seconds <= 0)
    return { velocityX: before.velocityX, velocityY: before.velocityY };
  const missed = shift(before.box, track.box, seconds);
  return { velocityX: before.velocityX + missed.velocityX, velocityY: before.velocityY + missed.velocityY };
}

/** Follows a detection back through the frames before it. */
function traced(edge: Box, nowMs: number, earlier: readonly Past[]): Speed {
  let first: Box = edge;
  let firstMs = nowMs;
  for (const past of earlier.toReversed()) {
    const same = nearest(first, past.edge, (box) => box);
    if (!same) break;
    first = same;
    firstMs = past.atMs;
  }
  return firstMs < nowMs ? shift(first, edge, (nowMs - firstMs) / 1_000) : { velocityX: 0, velocityY: 0 };
}

const shift = (from: Box, to: Box, seconds: number): Speed => ({
  velocityX: (to.x1 + to.x2 - from.x1 - from.x2) / 2 / seconds,
  velocityY: (to.y1 + to.y2 - from.y1 - from.y2) / 2 / seconds,
});

function nearest<T>(box: Box, candidates: readonly T[], boxOf: (candidate: T) => Box): T | undefined {
  let best: T | undefined;
  let bestIou = sameObjectIou;
  for (const candidate of candidates) {
    const overlap = iou(boxOf(candidate), box);
    if (overlap >= bestIou) {
      best = candidate;
      bestIou = overlap;
    }
  }
  return best;
}
