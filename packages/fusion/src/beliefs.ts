import { fieldsOf, listOf, numberIn } from "@sluice/foundation";
import { type Evidence, features, type Kind, kinds, weightCount } from "./evidence.ts";
import { prior } from "./prior.ts";

/** How firmly the first weights are held: observations it takes to move a feature's weight, a bias, a kind's own. */
const featurePrecision = 8;
const biasPrecision = 4;
const kindPrecision = 1;
/** What share of what was learned is kept from reply to reply. */
const memory = 0.998;
/** Objects of a reply that nothing had hinted at: the first guess, and how fast it follows. */
const firstMissed = 0.3;
export const missedFollows = 0.1;
/** Least curvature: a certain error still teaches. */
const leastCurvature = 0.05;

interface Weights {
  readonly mean: Float64Array;
  readonly precision: Float64Array;
}

/** What no weight, no precision and no count of missed objects exceeds, however long a device learns. */
const most = { weight: 1e3, precision: 1e9, missed: 1e4 };
/** Figures of a number that are worth keeping. */
const figures = 6;

const firstPrecision = new Float64Array(weightCount).fill(biasPrecision).fill(featurePrecision, 0, features.length);
firstPrecision[0] = kindPrecision;

/**
 * How likely a hypothesis is right, given its evidence: one logistic regression a kind, with a Gaussian on each weight
 * that every reply sharpens (online Laplace approximation with a diagonal covariance; Chapelle and Li, "An Empirical
 * Evaluation of Thompson Sampling", 2011, algorithm 3). Starts at the prior, and forgets slowly.
 */
export class Beliefs {
  readonly #weights: Readonly<Record<Kind, Weights>>;
  #missed = firstMissed;
  #frozen = false;

  constructor() {
    const entries = kinds.map((kind) => {
      const mean = new Float64Array(weightCount);
      mean.set(prior[kind]);
      return [kind, { mean, precision: firstPrecision.slice() }] as const;
    });
    this.#weights = Object.fromEntries(entries) as Record<Kind, Weights>;
  }

  /** Goes on from what {@link toJSON} wrote; throws, saying why, where that was learned from other features or cannot be. */
  static from(value: unknown): Beliefs {
    const fields = fieldsOf(value, "beliefs");
    if (String(fields["features"]) !== String(features)) throw new Error("beliefs: learned from other features");
    const beliefs = new Beliefs();
    beliefs.#missed = numberIn(fields["missed"], "missed", 0, most.missed);
    const weights = fieldsOf(fields["weights"], "weights");
    for (const kind of kinds) {
      const { mean, precision } = fieldsOf(weights[kind], kind);
      beliefs.#weights[kind].mean.set(vector(mean, `${kind}.mean`, -most.weight, most.weight));
      beliefs.#weights[kind].precision.set(vector(precision, `${kind}.precision`, kindPrecision, most.precision));
    }
    return beliefs;
  }

  /** What was learned, with the names of the features that it was learned from. */
  toJSON() {
    const weights = kinds.map((kind) => {
      const { mean, precision } = this.#weights[kind];
      return [kind, { mean: rounded(mean), precision: rounded(precision) }] as const;
    });
    return { features, missed: this.#missed, weights: Object.fromEntries(weights) };
  }

  /** Objects that a reply is expected to show where no hypothesis stands. */
  get missed(): number {
    return this.#missed;
  }

  /** From here on nothing is learned any more: what is known is being judged. */
  freeze(): this {
    this.#frozen = true;
    return this;
  }

  /** Chance that a hypothesis is right, 0 to 1. */
  rate({ kind, x, classAt, placeAt }: Evidence): number {
    const { mean } = this.#weights[kind];
    let sum = mean[classAt]! + mean[placeAt]!;
    for (let i = 0; i < x.length; i++) sum += mean[i]! * x[i]!;
    return 1 / (1 + Math.exp(-sum));
  }

  /** Learns that a hypothesis was right, or wrong, when a reply told. */
  grade(evidence: Evidence, right: boolean): void {
    if (this.#frozen) return;
    const weights = this.#weights[evidence.kind];
    const rate = this.rate(evidence);
    const curvature = Math.max(rate * (1 - rate), leastCurvature);
    const error = ((right ? 1 : 0) - rate) / (1 + curvature * variance(evidence, weights.precision));
    for (let i = 0; i < evidence.x.length; i++) learn(weights, i, evidence.x[i]!, error, curvature);
    learn(weights, evidence.classAt, 1, error, curvature);
    learn(weights, evidence.placeAt, 1, error, curvature);
  }

  /** A reply was taken in that showed `missed` objects which nothing had hinted at. */
  replied(missed: number): void {
    if (this.#frozen) return;
    this.#missed += missedFollows * (missed - this.#missed);
    for (const { precision } of Object.values(this.#weights)) {
      for (let i = 0; i < precision.length; i++) precision[i] = Math.max(firstPrecision[i]!, precision[i]! * memory);
    }
  }
}

/** How uncertain the evidence's sum of weights is. */
function variance({ x, classAt, placeAt }: Evidence, precision: Float64Array): number {
  let sum = 1 / precision[classAt]! + 1 / precision[placeAt]!;
  for (let i = 0; i < x.length; i++) sum += (x[i]! * x[i]!) / precision[i]!;
  return sum;
}

function learn({ mean, precision }: Weights, i: number, x: number, error: number, curvature: number): void {
  mean[i] = mean[i]! + (error * x) / precision[i]!;
  precision[i] = precision[i]! + curvature * x * x;
}

const rounded = (values: Float64Array): number[] => Array.from(values, (value) => Number(value.toPrecision(figures)));

function vector(value: unknown, what: string, least: number, greatest: number): number[] {
  const numbers = listOf(value, what, weightCount, (each, where) => numberIn(each, where, least, greatest));
  if (numbers.length !== weightCount) throw new RangeError(`${what}: expected ${weightCount} numbers`);
  return numbers;
}
