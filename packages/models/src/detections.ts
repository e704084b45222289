import { clip, type Detection, nms, type Placement, unplace } from "@sluice/vision";

/** Candidates that suppression looks at: more than this, and a model that fires everywhere would take seconds. */
const candidateLimit = 4_096;

const byScore = (a: Detection, b: Detection) => b.score - a.score;

/**
 * From candidates in input pixels to the answer for a `width` × `height` picture: overlapping ones suppressed, moved into
 * the picture, clipped to it, best first, at most `keep`. Boxes that lie outside the picture are left out.
 */
export function finish(
  candidates: readonly Detection[],
  { nmsIou, keep }: { nmsIou: number; keep: number },
  placement: Placement,
  { width, height }: { width: number; height: number },
): Detection[] {
  const best = candidates.length > candidateLimit ? candidates.toSorted(byScore).slice(0, candidateLimit) : candidates;
  return nms(best, nmsIou, keep)
    .map((box) => clip(unplace({ ...box, score: Math.min(1, box.score) }, placement), width, height))
    .filter((box) => box.x2 > box.x1 && box.y2 > box.y1);
}
