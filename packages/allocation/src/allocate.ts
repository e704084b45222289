import { invariant } from "@sluice/foundation";
import { type Candidate, fixed, idle, type Stake, stakes } from "./claim.ts";
import { fill } from "./fill.ts";

export interface Allocation {
  /** Whole bytes a second for each candidate, in their order. Their sum never exceeds the budget. */
  readonly rates: number[];
  /** What each would get were nobody idle: an idle device's share above its rate is lent to the others. */
  readonly shares: number[];
  /** What each can rely on: its floor, or its part of the budget where the floors together exceed it. */
  readonly floors: number[];
  readonly floorsScaled: boolean;
  /** Value of the last byte given, or 0 where there is enough for all: the fleet's price of a byte. */
  readonly price: number;
}

/** A rate within this share of the best one is not moved. */
export const band = 0.1;
/** As long as this share of the budget at most stays unused for it. */
const unusedShare = 0.02;

/**
 * Splits `budget` bytes a second: floors first, then each byte to where it is worth most (see {@link fill}), and what
 * nobody demands evenly by weight, up to the caps. Idle devices get their floor. O(n log n).
 *
 * Hysteresis: a rate that is nearly right stays as it was, as long as everybody else is then nearly right too; so small
 * changes of bids move nothing, and a device that wakes up is never kept waiting for it.
 */
export function allocate(budget: number, candidates: readonly Candidate[]): Allocation {
  invariant(Number.isSafeInteger(budget) && budget >= 0, "a budget is whole bytes a second");
  for (const { floor, cap, weight } of candidates) {
    invariant(Number.isSafeInteger(floor) && floor >= 0 && cap >= 0 && weight > 0, "floor, cap and weight are sound");
  }
  const { floors, floorsScaled } = floorsWithin(budget, candidates);
  const all = stakes(budget, candidates, floors);
  const awake = all.map((stake, i) => (candidates[i]!.idle ? idle(stake) : stake));
  const best = split(budget, awake);
  const lending = candidates.some((candidate) => candidate.idle);
  return {
    // What rounding leaves of scaled floors is given to nobody: no device then gets more than it can rely on.
    rates: floorsScaled ? floors : whole(budget, settled(budget, awake, best.rates, candidates), floors),
    shares: floorsScaled ? floors : whole(budget, lending ? split(budget, all).rates : best.rates, floors),
    floors,
    floorsScaled,
    price: best.price,
  };
}

/** Floors that exceed the budget together are all cut in the same proportion, to the byte. */
function floorsWithin(budget: number, candidates: readonly Candidate[]) {
  const sum = candidates.reduce((total, { floor }) => total + BigInt(floor), 0n);
  if (sum <= BigInt(budget)) return { floors: candidates.map(({ floor }) => floor), floorsScaled: false };
  const cut = ({ floor }: Candidate) => Number((BigInt(floor) * BigInt(budget)) / sum);
  return { floors: candidates.map(cut), floorsScaled: true };
}

/** By value up to demand; then what is left evenly by weight up to the caps. */
function split(budget: number, all: readonly Stake[]): { rates: Float64Array; price: number } {
  const { rates, price } = fill(budget, all);
  if (price > 0) return { rates, price };
  const rest = all.map(({ cap, weight }, i) => ({ low: rates[i]!, high: cap, gain: weight, scale: 0 }));
  return { rates: fill(budget, rest).rates, price };
}

/** Keeps what is nearly right, and splits the rest among the others; gives up where that is not nearly right for all. */
function settled(
  budget: number,
  all: readonly Stake[],
  best: Float64Array,
  candidates: readonly Candidate[],
): Float64Array {
  const previous = candidates.map((candidate) => candidate.previous);
  if (!previous.some((rate) => rate !== undefined)) return best;
  const keeps = all.map(({ low, cap }, i) => {
    const rate = previous[i];
    return rate !== undefined && rate >= low && rate <= cap && near(rate, best[i]!) ? rate : undefined;
  });
  const kept = all.map((stake, i) => (keeps[i] === undefined ? stake : fixed(stake, keeps[i])));
  if (kept.reduce((sum, { low }) => sum + low, 0) > budget) return best;
  const { rates } = split(budget, kept);
  const unused = total(best) - total(rates);
  return unused <= unusedShare * budget && rates.every((rate, i) => near(rate, best[i]!)) ? rates : best;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= band * Math.max(a, b);
const total = (rates: Float64Array): number => rates.reduce((sum, rate) => sum + rate, 0);

/** Whole bytes. What rounding of large numbers may have put above the budget is taken from the largest. */
function whole(budget: number, exact: Float64Array, floors: readonly number[]): number[] {
  const rates = Array.from(exact, Math.floor);
  let over = rates.reduce((sum, rate) => sum + rate, 0) - budget;
  while (over > 0) {
    const most = rates.reduce((best, rate, i) => (rate - floors[i]! > rates[best]! - floors[best]! ? i : best), 0);
    const taken = Math.min(over, rates[most]! - floors[most]!);
    invariant(taken > 0, "floors fit into the budget");
    rates[most]! -= taken;
    over -= taken;
  }
  return rates;
}
