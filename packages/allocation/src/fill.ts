import { invariant } from "@sluice/foundation";

/**
 * What one device asks of the budget. `r` bytes a second are worth `gain · log(1 + r / scale)` to it, so that one byte
 * more is worth `gain / (scale + r)`; it gets at least `low` and at most `high`.
 */
export interface Claim {
  readonly low: number;
  readonly high: number;
  readonly gain: number;
  readonly scale: number;
}

export interface Filling {
  /** Bytes a second for each claim, in their order; not rounded. */
  readonly rates: Float64Array;
  /** Value of the last byte for whoever could take one more; 0 where the budget is more than all can take. */
  readonly price: number;
}

/**
 * Splits `budget` so that the sum of values is largest: at the optimum one more byte is worth the same to every device
 * that is at neither of its bounds. That is weighted water-filling (Cover and Thomas, "Elements of Information Theory",
 * 1991, section 9.4; Boyd and Vandenberghe, "Convex Optimization", 2004, example 5.2): with the water level 1 / price, a
 * claim's rate is `gain · level - scale`, cut to its bounds. The sum of rates is piecewise linear in the level and bends
 * only where a claim meets a bound, so a binary search among the sorted bends and one interpolation are exact.
 * O(n log n).
 */
export function fill(budget: number, claims: readonly Claim[]): Filling {
  const levels = bends(claims);
  const at = lastWithin(budget, levels, claims);
  const level = at === levels.length - 1 ? Number.POSITIVE_INFINITY : between(budget, levels, at, claims);
  return { rates: Float64Array.from(claims, (claim) => rateAt(claim, level)), price: 1 / level };
}

function bends(claims: readonly Claim[]): Float64Array {
  const levels = new Float64Array(2 * claims.length);
  let count = 0;
  for (const { low, high, gain, scale } of claims) {
    invariant(low >= 0 && high >= low && gain >= 0 && scale >= 0, "a claim has bounds and a value");
    if (gain === 0) continue;
    levels[count++] = (low + scale) / gain;
    levels[count++] = (high + scale) / gain;
  }
  return levels.subarray(0, count).toSorted();
}

/** Index of the last bend at which no more than the budget is given away; -1 if there is none. */
function lastWithin(budget: number, levels: Float64Array, claims: readonly Claim[]): number {
  let low = -1;
  let high = levels.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (totalAt(levels[middle]!, claims) <= budget) low = middle;
    else high = middle - 1;
  }
  return low;
}

function between(budget: number, levels: Float64Array, at: number, claims: readonly Claim[]): number {
  const [from, to] = [levels[Math.max(0, at)]!, levels[at + 1]!];
  const [given, next] = [totalAt(from, claims), totalAt(to, claims)];
  return next > given ? from + ((to - from) * Math.max(0, budget - given)) / (next - given) : from;
}

function totalAt(level: number, claims: readonly Claim[]): number {
  let total = 0;
  for (const claim of claims) total += rateAt(claim, level);
  return total;
}

/** A claim without value stays at its lower bound. */
function rateAt({ low, high, gain, scale }: Claim, level: number): number {
  return gain === 0 ? low : Math.min(high, Math.max(low, gain * level - scale));
}
