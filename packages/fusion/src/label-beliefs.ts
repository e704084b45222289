import { fieldsOf, numberIn } from "@sluice/foundation";

/**
 * What the answer of a classified frame may be: `own`, the edge's best label, by its score; `kept`, the label that the
 * cloud last gave, by age, where the edge still says what it said then; `stale`, the same where the edge says another.
 */
export type LabelKind = `${keyof typeof priors}/${number}`;

/** Upper ends of the age classes, milliseconds, and of the score classes, as multiples of the model's threshold. */
const ageClassesMs = [300, 700, 1_500, 3_000, 6_000, 12_000];
const scoreClasses = [0.6, 0.8, 1, 1.2, 1.5, 2];

const classOf = (value: number, ends: readonly number[]): number => {
  const index = ends.findIndex((end) => value <= end);
  return index < 0 ? ends.length : index;
};

export const ageClass = (ageMs: number): number => classOf(ageMs, ageClassesMs);
export const scoreClass = (score: number, threshold: number): number => classOf(score / threshold, scoreClasses);

/** Chance of being right before any reply has spoken, by kind and class: guesses, which a few replies outweigh. */
const priors = {
  kept: [0.95, 0.95, 0.92, 0.9, 0.88, 0.85, 0.8],
  stale: [0.6, 0.5, 0.4, 0.35, 0.3, 0.25, 0.2],
  own: [0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8],
};

const labelKinds = Object.entries(priors).flatMap(([name, classes]) =>
  classes.map((_, i) => `${name as keyof typeof priors}/${i}` as const),
);

/** How many observations a prior counts for, and what share of old evidence is kept with each new one. */
const priorWeight = 4;
const memory = 0.985;

/** Running rates of having been right, one a kind: Beta posterior means with exponential forgetting. */
export class LabelBeliefs {
  readonly #counts = new Map<LabelKind, { right: number; total: number }>();
  #frozen = false;

  /** Goes on from what {@link toJSON} wrote; throws, saying why, where that cannot be. */
  static from(value: unknown): LabelBeliefs {
    const beliefs = new LabelBeliefs();
    const known = fieldsOf(value, "label beliefs");
    for (const kind of labelKinds) {
      if (known[kind] === undefined) continue;
      const { right, total } = fieldsOf(known[kind], kind);
      const all = numberIn(total, `${kind}.total`, 0, 1 / (1 - memory));
      beliefs.#counts.set(kind, { right: numberIn(right, `${kind}.right`, 0, all), total: all });
    }
    return beliefs;
  }

  toJSON(): Readonly<Record<string, { right: number; total: number }>> {
    return Object.fromEntries(this.#counts);
  }

  /** From here on nothing is learned any more: what is known is being judged. */
  freeze(): this {
    this.#frozen = true;
    return this;
  }

  rate(kind: LabelKind): number {
    const { right, total } = this.#counts.get(kind) ?? { right: 0, total: 0 };
    return (right + priorOf(kind) * priorWeight) / (total + priorWeight);
  }

  grade(kind: LabelKind, right: boolean): void {
    if (this.#frozen) return;
    const before = this.#counts.get(kind) ?? { right: 0, total: 0 };
    this.#counts.set(kind, { right: before.right * memory + (right ? 1 : 0), total: before.total * memory + 1 });
  }
}

function priorOf(kind: LabelKind): number {
  const [name, index] = kind.split("/") as [keyof typeof priors, string];
  return priors[name][Number(index)]!;
}
