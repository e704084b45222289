import type { Claim } from "./fill.ts";

/** What a device says bytes are worth to it. */
export interface Bid {
  /** Value of one more byte at the rate at which it was measured: the price that the device itself paid. */
  readonly price: number;
  /** That rate, in bytes a second. */
  readonly atBytesPerSecond: number;
  /** Bytes a second that it would use if they cost nothing. */
  readonly demandBytesPerSecond: number;
}

/** A device as the split of a budget sees it. Rates are whole bytes a second. */
export interface Candidate {
  readonly floor: number;
  /** At most so much, whatever a byte is worth; a cap below the floor counts as the floor. */
  readonly cap: number;
  /** Its bytes are worth so many times what it says. */
  readonly weight: number;
  /** Its last word while it was busy; null while it never said anything. */
  readonly bid: Bid | null;
  /** It has no use for more than its floor now: what is its own is lent to others. */
  readonly idle: boolean;
  /** What it was granted last; leases move only if it is worth it. */
  readonly previous?: number;
}

/** A claim that also knows what it could take beyond its demand, and its part of what nobody demands. */
export interface Stake extends Claim {
  readonly cap: number;
  readonly weight: number;
}

/** Below this share of its demand a device's first bytes are all about equally valuable. */
const scaleShare = 1e-3;
/** Gains below this share of the largest count as none: they could not be told from rounding. */
const leastGainShare = 1e-12;
/** So do gains that are so small that a rate divided by one may exceed all numbers. */
const leastGain = 1e-200;

/**
 * Turns bids into claims. The curve through a bid (price p at rate x) is `value(r) = p · (scale + x) · log(1 + r / scale)`.
 * The logarithm is what willingness to pay means in Kelly, Maulloo and Tan, "Rate control for communication networks", 1998:
 * a device that pays p a byte for x bytes a second pays about p · x, and gets bytes in proportion to what it pays. Its
 * exact shape does not matter in the end: bids follow grants, and where they come to rest all devices see the same price,
 * which is the optimum for any concave value. A device that never bid counts as the average of those that did.
 */
export function stakes(budget: number, candidates: readonly Candidate[], floors: readonly number[]): Stake[] {
  const gains = candidates.map(gainOf);
  const known = gains.filter((gain) => gain !== undefined);
  const usual = known.length === 0 ? 1 : known.reduce((sum, gain) => sum + gain, 0) / known.length;
  const priced = candidates.map(({ weight }, i) => weight * (gains[i] ?? usual));
  const least = Math.max(leastGain, leastGainShare * priced.reduce((a, b) => Math.max(a, b), 0));
  return candidates.map((candidate, i) => {
    const most = Math.max(floors[i]!, Math.min(candidate.cap, budget));
    return stakeOf(candidate, floors[i]!, most, priced[i]! > least ? priced[i]! : 0);
  });
}

const scaleOf = (bid: Bid): number => Math.max(1, scaleShare * bid.demandBytesPerSecond);

const gainOf = ({ bid }: Candidate): number | undefined =>
  bid ? bid.price * (scaleOf(bid) + bid.atBytesPerSecond) : undefined;

function stakeOf({ weight, bid }: Candidate, low: number, most: number, gain: number): Stake {
  const high = Math.max(low, Math.min(most, bid?.demandBytesPerSecond ?? most));
  return { low, high, cap: most, weight, gain, scale: bid ? scaleOf(bid) : 1 };
}

/** The same claim of a device that is idle. */
export const idle = (stake: Stake): Stake => fixed(stake, stake.low);

/** A claim to exactly this rate. */
export const fixed = (stake: Stake, rate: number): Stake => ({ ...stake, low: rate, high: rate, cap: rate });
