import { periodUnits, type Usage } from "@sluice/contracts";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ceiling, count, periodAt, presumed, usedIn } from "./quota.ts";

const none: Usage = { periodStartMs: 0, bytes: 0, countedAtMs: 0, meters: [] };
const wall = (text: string) => Date.parse(text);
const period = { startMs: 1_000, endMs: 2_000 };
const meter = (id: string, bytes: number, countedBytes = 0) => ({ id, bytes, countedBytes });

describe("periods of the calendar", () => {
  test.each([
    ["hour", "2028-02-29T23:59:59.999Z", "2028-02-29T23:00Z", "2028-03-01T00:00Z"],
    ["day", "2026-12-31T12:00Z", "2026-12-31T00:00Z", "2027-01-01T00:00Z"],
    ["week", "2026-11-25T00:00Z", "2026-11-23T00:00Z", "2026-11-30T00:00Z"],
    ["month", "2028-02-29T23:59Z", "2028-02-01T00:00Z", "2028-03-01T00:00Z"],
    ["month", "2026-12-31T23:59Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z"],
  ] as const)("the %s of %s", (unit, at, from, to) => {
    expect(periodAt(unit, wall(at))).toEqual({ startMs: wall(from), endMs: wall(to) });
  });

  test("follow each other without a gap", () => {
    fc.assert(
      fc.property(fc.constantFrom(...periodUnits), fc.integer({ min: 0, max: wall("2100-01-01") }), (unit, atMs) => {
        const { startMs, endMs } = periodAt(unit, atMs);
        expect(startMs <= atMs && atMs < endMs).toBe(true);
        expect(periodAt(unit, endMs).startMs).toBe(endMs);
      }),
    );
  });
});

describe("counting", () => {
  test("reports that come twice, late or out of order, and counters that begin anew, are each counted once", () => {
    const reports = fc.array(fc.record({ id: fc.constantFrom("a", "b"), bytes: fc.nat(1_000) }), { maxLength: 30 });
    fc.assert(
      fc.property(reports, (heard) => {
        const usage = heard.reduce((sum, { id, bytes }) => count(sum, meter(id, bytes), period, 1_500), none);
        const most = (id: string) =>
          Math.max(0, ...heard.filter((report) => report.id === id).map(({ bytes }) => bytes));
        expect(usage.bytes).toBe(most("a") + most("b"));
      }),
    );
  });

  test("bytes belong to the period in which the operator learns of them", () => {
    const first = count(none, meter("a", 700), period, 1_500);
    const next = { startMs: 2_000, endMs: 3_000 };
    expect(usedIn(first, next)).toBe(0);
    const second = count(first, meter("a", 1_000), next, 2_100);
    expect(second).toMatchObject({ periodStartMs: 2_000, bytes: 300 });
    // The operator's clock went back over the boundary: what was counted stays counted.
    expect(usedIn(second, period)).toBe(300);
    expect(count(second, meter("a", 1_000), period, 1_900)).toMatchObject({ bytes: 300, countedAtMs: 2_100 });
  });

  test("of a counter that the operator lost, the device says how much had been counted", () => {
    expect(count(none, meter("a", 900, 850), period, 1_500).bytes).toBe(50);
    expect(count(none, meter("a", 900, 5_000), period, 1_500).bytes).toBe(0);
  });

  test("only the newest counters of a device are remembered", () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const usage = ids.reduce((sum, id) => count(sum, meter(id, 10), period, 1_500), none);
    expect(usage.meters.map(({ id }) => id)).toEqual(["f", "e", "d", "c"]);
    expect(usage.bytes).toBe(60);
  });
});

describe("the rate that a quota leaves", () => {
  const quota = { bytes: 86_400_000, per: "day" } as const;
  const noon = wall("2026-11-25T12:00Z");

  test("spreads what is left over what is left of the period", () => {
    expect(ceiling(quota, 0, 0, wall("2026-11-25T00:00Z"))).toBe(1_000);
    expect(ceiling(quota, 43_200_000, 0, noon)).toBe(1_000);
    expect(ceiling(quota, 43_200_000, 21_600_000, noon)).toBe(500);
  });

  test("is nothing once it is used up, and never more than the rest in the last second", () => {
    expect(ceiling(quota, 86_400_000, 0, noon)).toBe(0);
    expect(ceiling(quota, 90_000_000, 0, noon)).toBe(0);
    expect(ceiling(quota, 86_399_000, 0, wall("2026-11-25T23:59:59.990Z"))).toBe(1_000);
  });

  test("spent as it says, it never exceeds the quota", () => {
    const steps = fc.array(
      fc.record({ waitMs: fc.integer({ min: 1, max: 7_200_000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), steps, (bytes, spans) => {
        let used = 0;
        let nowMs = wall("2026-11-25T00:00Z");
        for (const { waitMs, share } of spans) {
          const untilMs = Math.min(nowMs + waitMs, wall("2026-11-26T00:00Z"));
          used += Math.floor((share * ceiling({ bytes, per: "day" }, used, 0, nowMs) * (untilMs - nowMs)) / 1_000);
          nowMs = untilMs;
        }
        expect(used).toBeLessThanOrEqual(bytes);
      }),
    );
  });

  test("counts for a silent device its burst, its lease while that lived, and its floor since", () => {
    const device = { burstBytes: 5_000, bytesPerSecond: 1_000, floorBytesPerSecond: 100, leaseMs: 60_000 };
    expect(presumed({ ...device, silentMs: 0 })).toBe(5_000);
    expect(presumed({ ...device, silentMs: 10_000 })).toBe(15_000);
    expect(presumed({ ...device, silentMs: 160_000 })).toBe(5_000 + 60_000 + 10_000);
  });
});
