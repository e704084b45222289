import { allocate, type Candidate } from "@sluice/allocation";
import { type Prng, seededPrng } from "@sluice/foundation";
import type { Findings, Measure } from "./measure.ts";
import { fitLine, median, middleHalf } from "./statistics.ts";

const sizes = [100, 1_000, 10_000] as const;
const rounds = 15;
const bytesEach = 25_000;
/** n log n between the smallest and the largest fleet is a slope of 1.13 or so; n² would be 2. */
const targets = { allMs: 50, slope: 1.35 };

/** Time to split a budget anew among fleets of three sizes, of whom a tenth is idle and a fifth changed its mind. */
export async function allocation(): Promise<Findings> {
  const prng = seededPrng(1);
  // So that the small fleets, which come first, do not pay for the compiler.
  timesOf(sizes[2], prng);
  const tookMs = sizes.map((size) => timesOf(size, prng));
  const each: Measure[] = sizes.map((size, i) => ({
    name: `${size} devices`,
    value: median(tookMs[i]!),
    spread: middleHalf(tookMs[i]!),
    unit: "ms",
    ...(size === sizes.at(-1) && { target: { atMost: targets.allMs } }),
  }));
  const { slope } = fitLine(sizes.map((size, i) => [Math.log(size), Math.log(median(tookMs[i]!))]));
  return {
    setting: { budget: `${bytesEach} B/s a device`, idle: "one in 10", changed: "one in 5", rounds },
    measures: [
      ...each,
      { name: "time grows as size to the power of", value: slope, unit: "", target: { atMost: targets.slope } },
    ],
  };
}

function timesOf(size: number, prng: Prng): number[] {
  const budget = size * bytesEach;
  let fleet = Array.from({ length: size }, () => device(prng));
  const turn = () => {
    const startMs = performance.now();
    const { rates } = allocate(budget, fleet);
    const took = performance.now() - startMs;
    fleet = fleet.map((d, i) => ({ ...(prng.next() < 0.2 ? device(prng) : d), previous: rates[i]! }));
    return took;
  };
  for (let round = 0; round < rounds; round++) turn();
  return Array.from({ length: rounds }, turn);
}

const device = (prng: Prng): Candidate => ({
  floor: 1_000,
  cap: 20 * bytesEach,
  weight: 1 + Math.floor(3 * prng.next()),
  idle: prng.next() < 0.1,
  bid: {
    price: Math.exp(4 * prng.next()) * 1e-6,
    atBytesPerSecond: Math.floor(prng.next() * 2 * bytesEach),
    demandBytesPerSecond: Math.floor(prng.next() * 40 * bytesEach),
  },
});
