import { seededPrng } from "@sluice/foundation";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { rateIn, rateText, type Shown, turns } from "./turns.ts";

const budget = 25_000;
const of = (device: string, shown: number, held: number | undefined, policy = "gate"): Shown => ({
  device,
  policy,
  shown,
  held,
});
const everybody = () => true;
const chosen = (devices: readonly Shown[], mayRenew = everybody) => [...turns(devices, () => budget, mayRenew).keys()];

test("what a device newly holds is shown once those that lost it show less", () => {
  expect(chosen([of("new", 0, 12_500), of("old", 25_000, 25_000)])).toEqual([]);
  expect(chosen([of("new", 0, 12_500), of("old", 25_000, 12_500)])).toEqual(["old", "new"]);
  const none = () => false;
  expect(chosen([of("new", 0, 12_500), of("old", 25_000, 12_500)], none)).toEqual([]);
  expect(chosen([of("new", 0, 12_500), of("old", 12_500, 12_500)], none)).toEqual(["new"]);
});

test("a device that is not heard keeps what is shown of it, and each policy has its own budget", () => {
  expect(chosen([of("away", 20_000, undefined), of("here", 0, 12_500)])).toEqual([]);
  expect(chosen([of("away", 20_000, undefined), of("here", 0, 12_500, "yard")])).toEqual(["here"]);
});

test("rates that look alike are no change", () => {
  expect(rateText(12_599)).toBe("100 kbit/s");
  expect(chosen([of("cam", 12_500, 12_599)])).toEqual([]);
  expect([0, 10, 1_250_000].map((rate) => rateIn(rateText(rate)))).toEqual([0, 10, 1_250_000]);
  expect(rateIn("many")).toBe(0);
});

test("however leases move and turns come, what is shown never adds up to more than the budget, and in the end it is true", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 12 }), (seed, count) => {
      const prng = seededPrng(seed);
      const held = Array.from({ length: count }, () => 0);
      const shown = [...held];
      const look = (mayRenew: () => boolean) => {
        const devices = held.map((bytes, i) => of(`${i}`, shown[i]!, bytes));
        for (const [device, most] of turns(devices, () => budget, mayRenew))
          shown[Number(device)] = rateIn(rateText(most));
        expect(shown.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(budget);
      };
      for (let step = 0; step < 30; step++) {
        const weights = held.map(() => prng.next());
        const sum = weights.reduce((a, b) => a + b, 0);
        weights.forEach((weight, i) => (held[i] = Math.floor((budget * weight) / sum)));
        let left = Math.floor(3 * prng.next());
        look(() => left-- > 0);
      }
      look(everybody);
      expect(shown).toEqual(held.map((bytes) => rateIn(rateText(bytes))));
    }),
  );
});
