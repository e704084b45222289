import { type Detection, match } from "@sluice/vision";

/** Classes that are told of, and how many detections the mean reaches back. */
const classesTold = 8;
const follow = 1 / 200;
const sameObjectIou = 0.5;

interface Known {
  believed: number;
  seen: number;
}

/** How far what the edge model detects is believed: the mean chance, by class, that answers give its detections. */
export class Trust {
  readonly #classes: readonly string[];
  readonly #known = new Map<number, Known>();

  constructor(classes: readonly string[]) {
    this.#classes = classes;
  }

  /** An answer was made of the edge's detections; those that it does not hold were not believed. */
  answered(local: readonly Detection[], answer: readonly Detection[]): void {
    const pairs = match(local, answer, sameObjectIou);
    for (const [i, { classId }] of local.entries()) {
      const chance = answer[pairs[i]!]?.score ?? 0;
      const known = this.#known.get(classId) ?? { believed: 0, seen: 0 };
      known.seen++;
      known.believed += Math.max(follow, 1 / known.seen) * (chance - known.believed);
      this.#known.set(classId, known);
    }
  }

  /** Of the classes that were detected most. */
  byClass(): Record<string, number> {
    const most = [...this.#known].toSorted(([, a], [, b]) => b.seen - a.seen).slice(0, classesTold);
    return Object.fromEntries(most.map(([id, { believed }]) => [this.#classes[id] ?? String(id), believed]));
  }
}
