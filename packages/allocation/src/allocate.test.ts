import { seededPrng } from "@sluice/foundation";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, band } from "./allocate.ts";
import type { Bid, Candidate } from "./claim.ts";

const device = (over: Partial<Candidate> = {}): Candidate => ({
  floor: 0,
  cap: Number.POSITIVE_INFINITY,
  weight: 1,
  bid: null,
  idle: false,
  ...over,
});
const bid = (price: number, atBytesPerSecond: number, demandBytesPerSecond = 1e6): Bid => ({
  price,
  atBytesPerSecond,
  demandBytesPerSecond,
});
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

/** Hostile, but within the schemas: prices from 0 to 1e9, caps below floors, budgets from nothing to everything. */
const rate = fc.oneof(fc.nat(50), fc.nat(1_000_000), fc.nat(1e12));
const anyBid = fc.option(
  fc.record({
    price: fc.oneof(
      fc.constantFrom(0, Number.MIN_VALUE, 2e-312, 1e-290),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ max: 1e-6, min: 0, noNaN: true }),
    ),
    atBytesPerSecond: rate,
    demandBytesPerSecond: rate,
  }),
);
const newcomer: fc.Arbitrary<Candidate> = fc.record({
  floor: rate,
  cap: fc.oneof(rate, fc.constant(Number.POSITIVE_INFINITY)),
  weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
  bid: anyBid,
  idle: fc.boolean(),
});
const holder = fc.tuple(newcomer, rate).map(([one, previous]) => ({ ...one, previous }));
const fleet = fc.array(fc.oneof(newcomer, holder), { maxLength: 12 });

describe("whatever devices say", () => {
  it("rates are whole, never above the budget together, never below floor or above cap", () => {
    fc.assert(
      fc.property(rate, fleet, (budget, devices) => {
        const { rates, shares, floors, floorsScaled } = allocate(budget, devices);
        for (const given of [rates, shares]) {
          expect(sum(given)).toBeLessThanOrEqual(budget);
          given.forEach((got, i) => {
            expect(Number.isSafeInteger(got)).toBe(true);
            expect(got).toBeGreaterThanOrEqual(floors[i]!);
            expect(got).toBeLessThanOrEqual(Math.max(floors[i]!, devices[i]!.cap));
          });
        }
        expect(floorsScaled).toBe(sum(devices.map((d) => d.floor)) > budget);
        expect(floorsScaled ? [] : floors).toEqual(floorsScaled ? [] : devices.map((d) => d.floor));
        expect(devices.filter((d, i) => d.idle && rates[i] !== floors[i])).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("uses the whole budget as far as caps allow, but for rounding and what hysteresis leaves", () => {
    fc.assert(
      fc.property(rate, fleet, (budget, devices) => {
        const awake = devices.filter((d) => !d.idle);
        const { rates, floors } = allocate(budget, awake);
        const most = sum(awake.map((d, i) => Math.max(floors[i]!, Math.min(d.cap, budget))));
        expect(sum(rates)).toBeGreaterThanOrEqual(Math.min(budget, most) * 0.98 - awake.length - 1);
      }),
    );
  });

  it("the order of devices does not matter", () => {
    fc.assert(
      fc.property(fc.nat(1e9), fleet, (budget, devices) => {
        const forward = allocate(budget, devices).rates;
        const back = allocate(budget, devices.toReversed()).rates.toReversed();
        forward.forEach((got, i) => expect(Math.abs(got - back[i]!)).toBeLessThanOrEqual(1 + 1e-6 * got));
      }),
    );
  });

  it("a larger budget takes nothing from anybody who is not held by hysteresis", () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.array(newcomer, { maxLength: 12 }), (budget, more, devices) => {
        const [less, greater] = [allocate(budget, devices).rates, allocate(budget + more, devices).rates];
        less.forEach((got, i) => expect(greater[i]).toBeGreaterThanOrEqual(got - devices.length - 1e-6 * got));
      }),
    );
  });
});

/** Gives one byte at a time to whoever gains most by it: slow, and optimal where values are concave. */
function greedy(budget: number, devices: readonly Candidate[]): number[] {
  const rates = devices.map((d) => d.floor);
  const most = devices.map((d) => Math.max(d.floor, Math.min(d.cap, d.bid!.demandBytesPerSecond)));
  for (let left = budget - sum(rates); left > 0; left--) {
    const open = rates.map((_, i) => i).filter((i) => rates[i]! < most[i]!);
    if (open.length === 0) break;
    const best = open.reduce((a, b) => (gain(devices[b]!, rates[b]!) > gain(devices[a]!, rates[a]!) ? b : a));
    rates[best]!++;
  }
  return rates;
}
const scaleOf = (d: Candidate) => Math.max(1, d.bid!.demandBytesPerSecond / 1_000);
const strength = (d: Candidate) => d.weight * d.bid!.price * (scaleOf(d) + d.bid!.atBytesPerSecond);
const worth = (d: Candidate, r: number) => strength(d) * Math.log1p(r / scaleOf(d));
const gain = (d: Candidate, r: number) => worth(d, r + 1) - worth(d, r);

it("gives bytes to where they are worth most: as good as a greedy split byte by byte", () => {
  const modest = fc.record({
    floor: fc.nat(20),
    cap: fc.integer({ min: 0, max: 300 }),
    weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
    bid: fc.record({
      price: fc.double({ min: 0.1, max: 10, noNaN: true }),
      atBytesPerSecond: fc.nat(200),
      demandBytesPerSecond: fc.integer({ min: 1, max: 300 }),
    }),
    idle: fc.constant(false),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 60, max: 500 }),
      fc.array(modest, { minLength: 1, maxLength: 3 }),
      (budget, devices) => {
        const value = (rates: readonly number[]) => sum(rates.map((r, i) => worth(devices[i]!, r)));
        const { rates } = allocate(budget, devices);
        const best = greedy(budget, devices);
        const lostToRounding = sum(devices.map((d, i) => gain(d, Math.max(0, rates[i]! - 1))));
        expect(value(rates)).toBeGreaterThanOrEqual(value(best) - lostToRounding - 1e-9);
      },
    ),
  );
});

describe("floors, weights, caps", () => {
  it("cuts floors in proportion when they exceed the budget, and says so", () => {
    const { rates, floors, floorsScaled } = allocate(100, [device({ floor: 150 }), device({ floor: 50 })]);
    expect({ rates, floors, floorsScaled }).toEqual({ rates: [75, 25], floors: [75, 25], floorsScaled: true });
  });

  it("splits by weight between equals, and hands a cap's rest to the others", () => {
    const equal = { bid: bid(1, 1_000) };
    expect(allocate(4_000, [device(equal), device({ ...equal, weight: 3 })]).rates[1]).toBeGreaterThanOrEqual(2_490);
    expect(allocate(9_000, [device({ cap: 1_000 }), device(), device()]).rates).toEqual([1_000, 4_000, 4_000]);
  });

  it("a device that never bid counts as the average of the others; worthless bytes get what is left", () => {
    const { rates } = allocate(9_000, [device({ bid: bid(3, 1_000) }), device({ bid: bid(1, 1_000) }), device()]);
    expect(rates[2]).toBeGreaterThan(rates[1]!);
    expect(rates[2]).toBeLessThan(rates[0]!);
    expect(allocate(1_000, [device({ bid: bid(0, 10) }), device({ bid: bid(1, 10, 400) })]).rates).toEqual([500, 500]);
  });

  it("a price that hardly is a number is none", () => {
    const devices = [device({ bid: bid(2e-312, 0) }), device({ previous: 0 })];
    expect(allocate(1_000, devices)).toMatchObject({ rates: [500, 500], price: 0 });
  });

  it("gives nobody more than its demand while another's is not met, and prices the last byte at nothing after that", () => {
    const devices = [device({ bid: bid(9, 100, 200) }), device({ bid: bid(1, 100, 2_000) })];
    const scarce = allocate(1_000, devices);
    expect(scarce.rates).toEqual([200, 800]);
    expect(scarce.price).toBeGreaterThan(0);
    expect(allocate(10_000, devices)).toMatchObject({ rates: [5_000, 5_000], price: 0 });
  });

  it("an empty fleet and an empty budget are no special cases", () => {
    expect(allocate(1_000, []).rates).toEqual([]);
    expect(allocate(0, [device(), device({ floor: 5 })]).rates).toEqual([0, 0]);
  });
});

describe("lending and hysteresis", () => {
  const busy = device({ floor: 100, bid: bid(1, 1_000) });

  it("an idle device keeps its floor and its share; the others use what they borrow", () => {
    const { rates, shares } = allocate(3_000, [{ ...busy, idle: true }, busy, busy]);
    expect(rates).toEqual([100, 1_450, 1_450]);
    expect(shares).toEqual([1_000, 1_000, 1_000]);
  });

  it("a device that wakes gets its share back at once, even where each lender moves by little", () => {
    const others = Array.from({ length: 30 }, () => ({ ...busy, previous: 1_034 }));
    const { rates } = allocate(31_000, [{ ...busy, previous: 100 }, ...others]);
    expect(rates[0]).toBeGreaterThanOrEqual(1_000 * (1 - band));
  });

  it("small changes of bids move nothing; the same input gives the same output for ever", () => {
    const prng = seededPrng(3);
    const jitter = () => 0.98 + 0.04 * prng.next();
    let devices = Array.from({ length: 50 }, () => device({ floor: 10, bid: bid(jitter(), 1_000) }));
    const first = allocate(50_000, devices).rates;
    for (let round = 0; round < 20; round++) {
      devices = devices.map((d, i) => ({ ...d, bid: bid(jitter(), 1_000), previous: first[i]! }));
      expect(allocate(50_000, devices).rates).toEqual(first);
    }
  });

  it("a change that matters moves at once", () => {
    const before = allocate(2_000, [busy, busy]).rates;
    const after = [{ ...busy, bid: bid(2, 1_000) }, busy].map((d, i) => ({ ...d, previous: before[i]! }));
    expect(allocate(2_000, after).rates[0]).toBeGreaterThan(1_300);
    expect(
      sum(
        allocate(
          2_100,
          after.map((d, i) => ({ ...d, bid: busy.bid, previous: before[i]! })),
        ).rates,
      ),
    ).toBe(2_100);
  });
});

it("bids that follow grants come to rest where all see one price, whatever the true values look like", () => {
  const budget = 1_000_000;
  /** True marginal values, unknown to the allocator: steep, flat, nearly linear. */
  const slopes = [
    (r: number) => 5 / Math.sqrt(1 + r),
    (r: number) => 400 / (2_000 + r),
    (r: number) => 0.05 * Math.exp(-r / 400_000),
    (r: number) => 90 / (1 + r) ** 0.8,
  ];
  let rates = slopes.map(() => budget / slopes.length);
  for (let round = 0; round < 60; round++) {
    const devices = slopes.map((slope, i) => device({ bid: bid(slope(rates[i]!), rates[i]!, budget) }));
    rates = allocate(budget, devices).rates;
  }
  const prices = slopes.map((slope, i) => slope(rates[i]!));
  expect(Math.max(...prices) / Math.min(...prices)).toBeLessThan(1.02);
});
