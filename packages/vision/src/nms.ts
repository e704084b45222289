import { type Detection, iou } from "./box.ts";
import { isRanked } from "./match.ts";
import { Neighbours } from "./neighbours.ts";

const known = new Neighbours();

/**
 * Greedy non-maximum suppression within each class: the best-scored box stays, boxes of its class that overlap it by
 * more than `iouThreshold`, which is above 0, go. Returns at most `limit` detections, best first.
 */
export function nms(detections: readonly Detection[], iouThreshold: number, limit: number): Detection[] {
  const kept: Detection[] = [];
  known.begin(detections);
  for (const candidate of isRanked(detections) ? detections : detections.toSorted((a, b) => b.score - a.score)) {
    if (kept.length >= limit) break;
    if (isCovered(candidate, kept, iouThreshold)) continue;
    kept.push(candidate);
    known.add(candidate);
  }
  return kept;
}

function isCovered(candidate: Detection, kept: readonly Detection[], iouThreshold: number): boolean {
  for (let i = known.first(candidate); i >= 0; i = known.next()) {
    if (kept[i]!.classId === candidate.classId && iou(kept[i]!, candidate) > iouThreshold) return true;
  }
  return false;
}
