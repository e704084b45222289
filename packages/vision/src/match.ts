import { type Box, type Detection, iou } from "./box.ts";
import { Neighbours } from "./neighbours.ts";

/** A box with a class, as references have it: a score is not needed. */
export interface Labelled extends Box {
  readonly classId: number;
}

const free = new Neighbours();

/**
 * Pairs `answer` with `reference`: answers in order of falling score, each takes the free reference box of its class
 * with the largest IoU, if that is at least `iouThreshold`, which is above 0. Returns, for each answer by index, the
 * index of its reference box or -1.
 */
export function match(answer: readonly Detection[], reference: readonly Labelled[], iouThreshold = 0.5): number[] {
  const taken = reference.map(() => false);
  const pairs = answer.map(() => -1);
  free.fill(reference);
  if (isRanked(answer)) for (let i = 0; i < answer.length; i++) take(i);
  else for (const i of ranking(answer)) take(i);
  return pairs;

  function take(i: number): void {
    const best = bestFree(answer[i]!, reference, taken, iouThreshold);
    if (best < 0) return;
    taken[best] = true;
    pairs[i] = best;
  }
}

function bestFree(box: Detection, reference: readonly Labelled[], taken: readonly boolean[], least: number): number {
  let best = -1;
  let bestIou = least;
  for (let j = free.first(box); j >= 0; j = free.next()) {
    if (taken[j] || reference[j]!.classId !== box.classId) continue;
    const overlap = iou(box, reference[j]!);
    if (overlap >= bestIou && (best < 0 || overlap > bestIou)) {
      best = j;
      bestIou = overlap;
    }
  }
  return best;
}

/** Whether scores fall already, as they do in most lists. */
export function isRanked(detections: readonly Detection[]): boolean {
  for (let i = 1; i < detections.length; i++) if (!(detections[i]!.score <= detections[i - 1]!.score)) return false;
  return true;
}

const ranking = (answer: readonly Detection[]): number[] =>
  Array.from(answer, (_, i) => i).toSorted((i, j) => answer[j]!.score - answer[i]!.score);
