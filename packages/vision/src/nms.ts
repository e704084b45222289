import { type Detection, iou } from "./box.ts";

/**
 * Greedy non-maximum suppression within each class: the best-scored box stays, boxes of its class that overlap it by
 * more than `iouThreshold` go. Returns at most `limit` detections, best first.
 */
export function nms(detections: readonly Detection[], iouThreshold: number, limit: number): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.toSorted((a, b) => b.score - a.score)) {
    if (kept.length >= limit) break;
    if (!kept.some((k) => k.classId === candidate.classId && iou(k, candidate) > iouThreshold)) kept.push(candidate);
  }
  return kept;
}
