import { type Box, type Detection, iou } from "./box.ts";

/** A box with a class, as references have it: a score is not needed. */
export interface Labelled extends Box {
  readonly classId: number;
}

/**
 * Pairs `answer` with `reference`: answers in order of falling score, each takes the free reference box of its class
 * with the largest IoU, if that is at least `iouThreshold`. Returns, for each answer by index, the index of its
 * reference box or -1.
 */
export function match(answer: readonly Detection[], reference: readonly Labelled[], iouThreshold = 0.5): Int32Array {
  const order = Array.from(answer.keys()).toSorted((i, j) => answer[j]!.score - answer[i]!.score);
  const taken = new Uint8Array(reference.length);
  const pairs = new Int32Array(answer.length).fill(-1);
  for (const i of order) {
    const best = bestFree(answer[i]!, reference, taken, iouThreshold);
    if (best < 0) continue;
    taken[best] = 1;
    pairs[i] = best;
  }
  return pairs;
}

function bestFree(box: Detection, reference: readonly Labelled[], taken: Uint8Array, iouThreshold: number): number {
  let best = -1;
  let bestIou = iouThreshold;
  for (let j = 0; j < reference.length; j++) {
    if (taken[j] || reference[j]!.classId !== box.classId) continue;
    const overlap = iou(box, reference[j]!);
    if (overlap >= bestIou && (best < 0 || overlap > bestIou)) {
      best = j;
      bestIou = overlap;
    }
  }
  return best;
}
