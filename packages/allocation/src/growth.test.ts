import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grow } from "./growth.ts";

const sum = (rates: readonly number[]) => rates.reduce((total, rate) => total + rate, 0);
const grower = fc.record({ owed: fc.nat(1_000), floor: fc.nat(400), target: fc.nat(2_000) });

test("whatever devices may believe, growth never takes them above the budget together, and lowers nobody", () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.array(grower, { maxLength: 12 }), (budget, devices) => {
      const rates = grow(budget, devices);
      const owed = sum(devices.map((device) => device.owed));
      expect(sum(rates)).toBeLessThanOrEqual(Math.max(budget, owed));
      for (const [i, device] of devices.entries()) {
        expect(rates[i]).toBeGreaterThanOrEqual(device.owed);
        expect(rates[i]).toBeLessThanOrEqual(Math.max(device.owed, device.target));
      }
    }),
  );
});

describe("what is free", () => {
  test("waits for what others still hold", () => {
    const shrinking = { owed: 900, floor: 0, target: 100 };
    expect(grow(1_000, [shrinking, { owed: 0, floor: 0, target: 900 }])).toEqual([900, 100]);
    expect(
      grow(1_000, [
        { ...shrinking, owed: 100 },
        { owed: 100, floor: 0, target: 900 },
      ]),
    ).toEqual([100, 900]);
  });

  test("makes floors whole first", () => {
    const [poor, rich] = grow(1_000, [
      { owed: 0, floor: 300, target: 300 },
      { owed: 600, floor: 0, target: 1_000 },
    ]);
    expect([poor, rich]).toEqual([300, 700]);
  });

  test("is not given away while another's floor will need it", () => {
    expect(
      grow(1_000, [
        { owed: 0, floor: 400, target: 0 },
        { owed: 500, floor: 0, target: 1_000 },
      ]),
    ).toEqual([0, 600]);
  });

  test("goes to all in proportion to what they miss", () => {
    expect(
      grow(600, [
        { owed: 0, floor: 0, target: 300 },
        { owed: 0, floor: 0, target: 900 },
      ]),
    ).toEqual([150, 450]);
  });

  test("comes in steps that are worth a message, but the last one is taken however small", () => {
    expect(grow(1_010, [{ owed: 1_000, floor: 0, target: 2_000 }])).toEqual([1_000]);
    expect(grow(1_010, [{ owed: 1_000, floor: 0, target: 1_010 }])).toEqual([1_010]);
  });
});
