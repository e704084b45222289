/**
 * What an answer may be made of. `seen`: a track that the edge model confirms in this frame, with the carried box or
 * with the edge's own; `unseen`: a track that the edge model misses; `fresh`: a detection that no reply has judged;
 * `rejected`: one that the cloud did not confirm when asked.
 */
export type Kind = `${keyof typeof priors}/${number}`;

/** Upper ends of the age classes of a track, milliseconds since a reply last confirmed it. */
const ageClassesMs = [300, 700, 1_500, 3_000, 6_000, 12_000];
/** Upper ends of the score classes of a fresh detection, as multiples of the model's threshold. */
const scoreClasses = [0.6, 0.8, 1, 1.2, 1.5, 2];

const classOf = (value: number, ends: readonly number[]): number => {
  const index = ends.findIndex((end) => value <= end);
  return index < 0 ? ends.length : index;
};

export const ageClass = (ageMs: number): number => classOf(ageMs, ageClassesMs);
export const scoreClass = (score: number, threshold: number): number => classOf(score / threshold, scoreClasses);

/** Chance of being right before any reply has spoken, by kind and class. */
const priors = {
  "seen-carried": [0.9, 0.88, 0.85, 0.8, 0.72, 0.64, 0.55],
  "seen-edge": [0.8, 0.8, 0.8, 0.78, 0.76, 0.74, 0.72],
  unseen: [0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2],
  rejected: [0.1, 0.12, 0.15, 0.2, 0.3, 0.4, 0.46],
  fresh: [0.15, 0.25, 0.35, 0.5, 0.55, 0.65, 0.75],
};

/** How many observations a prior counts for, and what share of old evidence is kept with each new one. */
const priorWeight = 4;
const memory = 0.985;

/**
 * Running rates of having been right, one a kind: a Beta posterior mean with exponential forgetting. The prior of a
 * class follows what its whole kind has shown (empirical Bayes), so that replies at one age also teach about others.
 */
export class Beliefs {
  readonly #counts = new Map<Kind, { right: number; total: number }>();
  /** Per kind over all classes: how often it was right, and how often its priors said it would be. */
  readonly #pooled = new Map<string, { right: number; expected: number }>();

  #frozen = false;

  /** From here on nothing is learned any more: what is known is being judged. */
  freeze(): this {
    this.#frozen = true;
    return this;
  }

  rate(kind: Kind): number {
    const [name, index] = split(kind);
    const pooled = this.#pooled.get(name) ?? { right: 0, expected: 0 };
    const bias = (pooled.right + priorWeight) / (pooled.expected + priorWeight);
    const prior = Math.min(0.98, priors[name][index]! * bias);
    const { right, total } = this.#counts.get(kind) ?? { right: 0, total: 0 };
    return (right + prior * priorWeight) / (total + priorWeight);
  }

  /** Records that a hypothesis of this kind was right, or wrong, when a reply told. */
  grade(kind: Kind, right: boolean): void {
    if (this.#frozen) return;
    const [name, index] = split(kind);
    const counts = this.#counts.get(kind) ?? { right: 0, total: 0 };
    const pooled = this.#pooled.get(name) ?? { right: 0, expected: 0 };
    const hit = right ? 1 : 0;
    this.#counts.set(kind, { right: counts.right * memory + hit, total: counts.total * memory + 1 });
    this.#pooled.set(name, {
      right: pooled.right * memory + hit,
      expected: pooled.expected * memory + priors[name][index]!,
    });
  }
}

function split(kind: Kind): [keyof typeof priors, number] {
  const [name, index] = kind.split("/") as [keyof typeof priors, string];
  return [name, Number(index)];
}
