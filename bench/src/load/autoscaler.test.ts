import { describe, expect, test } from "vitest";
import { Autoscaler, byCpu, byTotal } from "./autoscaler.ts";

const second = 1_000;

describe("desired replicas", () => {
  test("by a metric of the whole: rounded up, and left alone within a tenth", () => {
    expect([byTotal(2.3, 1, 1), byTotal(3.25, 1, 3), byTotal(2.7, 1, 3), byTotal(2.6, 1, 3)]).toEqual([3, 3, 3, 3]);
    expect([byTotal(3.4, 1, 3), byTotal(1.2, 1, 3), byTotal(0, 1, 3)]).toEqual([4, 2, 0]);
  });

  test("by CPU: in proportion to what pods use of the target, and left alone within a tenth", () => {
    expect(byCpu([1, 1, 1], 0.5, 3)).toBe(6);
    expect(byCpu([0.25, 0.25, 0.25, 0.25], 0.5, 4)).toBe(2);
    expect(byCpu([0.54, 0.54], 0.5, 2)).toBe(2);
  });

  test("a pod without a measure damps a rise as if it were idle, and has no say in a fall", () => {
    expect(byCpu([1, 1, undefined, undefined], 0.5, 4)).toBe(4);
    expect(byCpu([1, 1, undefined], 0.4, 3)).toBe(5);
    expect(byCpu([0.25, 0.25, undefined], 0.5, 3)).toBe(1);
    expect(byCpu([undefined, undefined], 0.5, 2)).toBeUndefined();
  });
});

describe("the autoscaler", () => {
  const scaler = () => new Autoscaler({ min: 1, max: 20, windowMs: 60 * second });

  test("goes up at once, by four pods or a doubling in a quarter of a minute", () => {
    const one = scaler();
    expect(one.next(20, 1, 0)).toBe(5);
    expect(one.next(20, 5, 5 * second)).toBe(5);
    expect(one.next(20, 5, 15 * second)).toBe(10);
    expect(one.next(20, 10, 30 * second)).toBe(20);
    expect(one.next(30, 20, 45 * second)).toBe(20);
  });

  test("goes down to the most that was desired in the window, never below the least", () => {
    const one = scaler();
    expect(one.next(5, 5, 0)).toBe(5);
    expect(one.next(3, 5, 30 * second)).toBe(5);
    expect(one.next(2, 5, 59 * second)).toBe(5);
    expect(one.next(2, 5, 61 * second)).toBe(3);
    expect(one.next(0, 3, 200 * second)).toBe(1);
  });
});
