/** A mean, and how far to either side of it the truth lies with a chance of 95 %. */
export interface Interval {
  readonly mean: number;
  readonly halfWidth: number;
}

/** A value from 0 to 1 that was drawn with a known chance. */
export interface Drawn {
  readonly propensity: number;
  readonly value: number;
}

/**
 * The mean of all values, of which each was drawn with its own chance, independently of the others: Hájek's estimator and
 * its variance under Poisson sampling (Särndal, Swensson and Wretman, "Model Assisted Survey Sampling", 1992, 5.7). The
 * chance lies in the draw, so it does not matter how values hang together in time. As in Agresti and Coull ("Approximate is
 * better than exact", 1998) the interval is that of the sample with one 0 and one 1 more, since a few equal values do not
 * prove that all are equal; it is placed around the mean of the sample itself. Wants at least two values.
 */
export function meanOf(sample: readonly Drawn[]): Interval {
  const weighted = sample.map(({ propensity, value }) => ({ weight: 1 / propensity, value }));
  const weight = sum(weighted, (s) => s.weight);
  const mean = sum(weighted, (s) => s.weight * s.value) / weight;
  const usual = weight / sample.length;
  const { centre, error } = errorOf([...weighted, { weight: usual, value: 0 }, { weight: usual, value: 1 }]);
  return { mean, halfWidth: Math.min(1, Math.abs(mean - centre) + error) };
}

interface Weighted {
  readonly weight: number;
  readonly value: number;
}

function errorOf(sample: readonly Weighted[]): { centre: number; error: number } {
  const weight = sum(sample, (s) => s.weight);
  const centre = sum(sample, (s) => s.weight * s.value) / weight;
  const squares = sum(sample, (s) => s.weight ** 2);
  const spread = sum(sample, (s) => s.weight ** 2 * (1 - 1 / s.weight) * (s.value - centre) ** 2);
  const effective = weight ** 2 / squares;
  const variance = (spread / weight ** 2) * (effective / (effective - 1));
  return { centre, error: studentQuantile(effective - 1) * Math.sqrt(variance) };
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/**
 * How many standard errors to either side hold 95 % of Student's t distribution: Abramowitz and Stegun, "Handbook of
 * Mathematical Functions", 26.7.5, good from two degrees of freedom on.
 */
function studentQuantile(freedom: number): number {
  const z = 1.959964;
  const v = Math.max(2, freedom);
  const terms = [
    z ** 3 + z,
    5 * z ** 5 + 16 * z ** 3 + 3 * z,
    3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z,
  ] as const;
  return z + terms[0] / (4 * v) + terms[1] / (96 * v ** 2) + terms[2] / (384 * v ** 3);
}
