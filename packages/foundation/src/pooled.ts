/** A mean over one part of a whole, and how far to either side of it the truth lies; null where nobody knows. */
export interface Estimated {
  /** How much of the whole this part is. */
  readonly weight: number;
  readonly mean: number | null;
  readonly halfWidth: number | null;
}

/**
 * The mean over the parts that are known. They are estimated independently of each other, so the squares of their errors add
 * up; where one gives none, the whole has none.
 */
export function pooled(parts: readonly Estimated[]): Pick<Estimated, "mean" | "halfWidth"> {
  const known = parts.filter(({ mean, weight }) => mean !== null && weight > 0);
  const weight = sum(known, (part) => part.weight);
  if (weight === 0) return { mean: null, halfWidth: null };
  const certain = known.every(({ halfWidth }) => halfWidth !== null);
  const squares = sum(known, (part) => (part.weight * (part.halfWidth ?? 0)) ** 2);
  return {
    mean: sum(known, (part) => part.weight * part.mean!) / weight,
    halfWidth: certain ? Math.sqrt(squares) / weight : null,
  };
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
