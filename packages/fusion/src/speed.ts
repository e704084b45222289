import { type Box, type CameraMotion, carriedBy, iou } from "@sluice/vision";
import type { Track } from "./track.ts";

export interface Speed {
  /** Pixels a second, of the centre, as if the camera stood still. */
  readonly velocityX: number;
  readonly velocityY: number;
}

/** What is needed of an earlier frame to measure a speed. */
export interface Past {
  readonly atMs: number;
  readonly edge: readonly Box[];
  /** How it moved since the frame before. */
  readonly camera: CameraMotion;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Frames that a speed is measured over where no track has told it yet. */
export const speedMoments = 5;
/** Overlap from which boxes of successive frames are the same object. */
const sameObjectIou = 0.3;

/**
 * The speed, beside the camera's, of an object that a reply to the frame `now` has just spoken of, in this order: as the one of the
 * `confirmed` tracks that stood here knew it, corrected by how far that was off where nothing but its own motion carried
 * it; as the edge's detections show it; none.
 */
export function speedOf(
  track: Track,
  now: Past,
  confirmed: readonly Track[],
  earlier: readonly Past[],
  size: Size,
): Speed {
  const { atMs } = now;
  const before = nearest(track.box, confirmed, (t) => t.box);
  if (!before) return track.edge ? traced(track.edge, now, earlier, size) : { velocityX: 0, velocityY: 0 };
  const seconds = (atMs - before.judgedAtMs) / 1_000;
  if (before.seenAtMs > before.judgedAtMs || seconds <= 0)
    return { velocityX: before.velocityX, velocityY: before.velocityY };
  const missed = shift(before.box, track.box, seconds);
  return { velocityX: before.velocityX + missed.velocityX, velocityY: before.velocityY + missed.velocityY };
}

/** Follows a detection back through the frames before it, each seen from where the camera is now. */
function traced(edge: Box, now: Past, earlier: readonly Past[], { width, height }: Size): Speed {
  let first: Box = edge;
  let firstMs = now.atMs;
  const since = [now.camera];
  const asNow = (box: Box) => since.reduceRight((then, camera) => carriedBy(camera, then, width, height), box);
  for (const past of earlier.toReversed()) {
    const same = nearest(first, past.edge.map(asNow), (box) => box);
    if (!same) break;
    first = same;
    firstMs = past.atMs;
    since.push(past.camera);
  }
  return firstMs < now.atMs ? shift(first, edge, (now.atMs - firstMs) / 1_000) : { velocityX: 0, velocityY: 0 };
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
