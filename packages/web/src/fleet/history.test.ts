import * as fc from "fast-check";
import { expect, test } from "vitest";
import { book, historyShape, rates, recentRate, type Slot } from "./history.ts";

const spanMs = historyShape.slotMs * historyShape.slots;

test("every booked byte within the history is kept, spread over its time", () => {
  const gap = fc.record({ ms: fc.integer({ min: 1, max: 20_000 }), bytes: fc.integer({ min: 0, max: 1e6 }) });
  fc.assert(
    fc.property(fc.array(gap, { maxLength: 12 }), (gaps) => {
      const slots: Slot[] = [];
      let nowMs = 1_000_000;
      for (const { ms, bytes } of gaps) book(slots, nowMs, (nowMs += ms), bytes, 1_000);
      const kept = slots.reduce((sum, slot) => sum + slot.bytes, 0);
      expect(kept).toBeCloseTo(
        gaps.reduce((sum, g) => sum + g.bytes, 0),
        3,
      );
      expect(slots.every((slot) => slot.coveredMs <= historyShape.slotMs + 1e-6)).toBe(true);
    }),
  );
});

test("a long absence becomes its mean rate, not a spike, and the ring stays bounded", () => {
  const slots: Slot[] = [];
  book(slots, 0, 3_600_000, 3_600_000, 25_000);
  expect(slots.length).toBe(historyShape.slots);
  const known = rates(slots, 3_599_999).filter((r) => r !== null);
  expect(known.length).toBe(historyShape.slots);
  for (const rate of known) expect(rate.bytesPerSecond).toBeCloseTo(1_000, 6);
});

test("what is not known is null, and so is a rate that rests on it", () => {
  const slots: Slot[] = [];
  expect(recentRate(slots, 10_000)).toBeNull();
  expect(rates(slots, spanMs).every((r) => r === null)).toBe(true);
  book(slots, 2_000, 4_000, 500, 25_000);
  expect(recentRate(slots, 4_000)).toEqual({ bytesPerSecond: 250, budgetBytesPerSecond: 25_000 });
  expect(recentRate(slots, 4_000 + spanMs)).toBeNull();
});

test("a clock that stands still books nothing and divides by nothing", () => {
  const slots: Slot[] = [];
  book(slots, 5_000, 5_000, 100, 25_000);
  expect(slots).toEqual([]);
});
