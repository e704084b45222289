import type { Detection } from "@sluice/vision";

/** An answer, and the F1 that is expected of it. */
export interface Expected {
  readonly answer: Detection[];
  readonly f1: number;
}

/** The same, with what it rests on: everything that may be there, most likely first, and objects that nothing hints at. */
export interface Promised extends Expected {
  readonly ranked: readonly Detection[];
  readonly missed: number;
}

/**
 * The answer: the first boxes of `ranked`, as many as make the expected F1 largest: 2·Σp over boxes plus expected objects, and for
 * none the chance that there is nothing (Lewis, "Evaluating and Optimizing Autonomous Text Classification Systems", 1995).
 */
export function mostPromising(ranked: readonly Detection[], missed: number): Expected {
  const objects = objectsIn(ranked, missed);
  let best = chanceOfNone(ranked, missed);
  let count = 0;
  let right = 0;
  for (let i = 0; i < ranked.length; i++) {
    right += ranked[i]!.score;
    const f1 = (2 * right) / (i + 1 + objects);
    if (f1 > best) {
      best = f1;
      count = i + 1;
    }
  }
  return { answer: ranked.slice(0, count), f1: Math.min(1, best) };
}

/** F1 that is expected of an answer, out of what may be there: as when it was chosen. */
export function expectedF1(answer: readonly Detection[], ranked: readonly Detection[], missed: number): number {
  if (answer.length === 0) return chanceOfNone(ranked, missed);
  return Math.min(1, (2 * objectsIn(answer, 0)) / (answer.length + objectsIn(ranked, missed)));
}

/** Objects that are expected, `missed` of which nobody hinted at; and the chance that there is none. */
const objectsIn = (ranked: readonly Detection[], missed: number): number =>
  ranked.reduce((sum, { score }) => sum + score, missed);
const chanceOfNone = (ranked: readonly Detection[], missed: number): number =>
  ranked.reduce((chance, { score }) => chance * (1 - score), Math.exp(-missed));
