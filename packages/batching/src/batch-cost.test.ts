import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BatchCost } from "./batch-cost.ts";

describe("BatchCost", () => {
  test("knows nothing at first, then what it saw", () => {
    const cost = new BatchCost();
    expect(cost.expectedMs(4)).toBe(0);
    cost.observe(4, 80);
    expect(cost.expectedMs(4)).toBe(80);
    expect(cost.expectedMs(5)).toBe(160);
  });

  test("one pause of the machine does not make the model look slow", () => {
    const cost = new BatchCost();
    cost.observe(1, 10);
    cost.observe(1, 10_000);
    expect(cost.expectedMs(1)).toBeLessThanOrEqual(16);
  });

  test("a wrong first measurement of one size is healed by another size", () => {
    const cost = new BatchCost();
    cost.observe(4, 10_000);
    cost.observe(1, 10);
    expect(cost.expectedMs(4)).toBe(40);
  });

  test("follows a lasting change and never falls with size", () => {
    const measured = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 16 }), fc.double({ min: 0.1, max: 1e4, noNaN: true })),
    );
    fc.assert(
      fc.property(measured, fc.integer({ min: 1, max: 16 }), (runs, size) => {
        const cost = new BatchCost();
        for (const [n, tookMs] of runs) cost.observe(n, tookMs);
        expect(cost.expectedMs(size)).toBeLessThanOrEqual(cost.expectedMs(size + 1));
        for (let i = 0; i < 100; i++) cost.observe(size, 50);
        expect(cost.expectedMs(size)).toBeLessThan(51);
      }),
    );
  });
});
