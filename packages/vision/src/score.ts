import type { Detection } from "./box.ts";
import { type Labelled, match } from "./match.ts";

/**
 * F1 of one frame's answer against its reference at `iouThreshold`: 2·TP / (|answer| + |reference|), and 1 where both
 * are empty.
 */
export function frameF1(answer: readonly Detection[], reference: readonly Labelled[], iouThreshold = 0.5): number {
  const total = answer.length + reference.length;
  if (total === 0) return 1;
  const pairs = match(answer, reference, iouThreshold);
  let truePositives = 0;
  for (let i = 0; i < pairs.length; i++) if (pairs[i]! >= 0) truePositives++;
  return (2 * truePositives) / total;
}
