import { type Detection, iou, Neighbours } from "@sluice/vision";

/** Overlap from which a detection is taken for a track's object. */
const sameObjectIou = 0.4;
/** What counts for more than overlap when a detection could belong to several tracks. */
const sameClassWeight = 1;
const verdictWeight = { confirmed: 0.5, rejected: 0.25, new: 0 };

/** What claims a detection. */
interface Claimant {
  readonly verdict: keyof typeof verdictWeight;
}

/** A track and a detection that may be the same object, by index. */
interface Pair {
  readonly track: number;
  readonly detection: number;
  readonly weight: number;
}

const seen = new Neighbours();

/**
 * Whose detection is whose: for each track, now expected at `boxes[i]`, the index of its detection or -1. Greedy by
 * overlap; a detection of the track's own class counts for more than one of another class.
 */
export function assign(tracks: readonly Claimant[], boxes: readonly Detection[], edge: readonly Detection[]): number[] {
  const owner = tracks.map(() => -1);
  const taken = edge.map(() => false);
  for (const { track, detection } of pairs(tracks, boxes, edge).toSorted((a, b) => b.weight - a.weight)) {
    if (owner[track]! >= 0 || taken[detection]) continue;
    owner[track] = detection;
    taken[detection] = true;
  }
  return owner;
}

function pairs(tracks: readonly Claimant[], boxes: readonly Detection[], edge: readonly Detection[]): Pair[] {
  const found: Pair[] = [];
  seen.fill(edge);
  for (let i = 0; i < tracks.length; i++) {
    const box = boxes[i]!;
    for (let j = seen.first(box); j >= 0; j = seen.next()) {
      const overlap = iou(box, edge[j]!);
      if (overlap < sameObjectIou) continue;
      const alike = edge[j]!.classId === box.classId ? sameClassWeight : 0;
      found.push({ track: i, detection: j, weight: overlap + alike + verdictWeight[tracks[i]!.verdict] });
    }
  }
  return found;
}
