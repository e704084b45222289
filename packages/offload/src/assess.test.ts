import { describe, expect, it } from "vitest";
import { assess, type Observation } from "./assess.ts";

const box = (x: number, score = 0.8) => ({ x1: x, y1: 0, x2: x + 20, y2: 20, score, classId: 0 });

function seen(frame: number, boxes: ReturnType<typeof box>[], grey = 0): Observation {
  return { frame, atMs: frame * 100, local: boxes, answer: boxes, thumbnail: new Uint8Array(32 * 18).fill(grey) };
}

describe("assess", () => {
  it("finds nothing new in a scene that stands still", () => {
    const before = seen(0, [box(0)]);
    expect(assess(seen(5, [box(1)]), before, before, 0.35)).toEqual({
      uncertain: 0,
      churn: 0,
      motion: 0,
      drift: 0,
      staleMs: 500,
    });
  });

  it("counts boxes that came or went", () => {
    expect(assess(seen(1, [box(0), box(100)]), seen(0, [box(0)]), undefined, 0.35).churn).toBeCloseTo(1 / 3);
    expect(assess(seen(1, []), seen(0, [box(0)]), undefined, 0.35).churn).toBe(1);
    expect(assess(seen(1, []), seen(0, []), undefined, 0.35).churn).toBe(0);
  });

  it("counts scores near the threshold as uncertain, far weaker ones not at all", () => {
    const boxes = [box(0, 0.9), box(50, 0.4), box(100, 0.3), box(150, 0.16)];
    expect(assess(seen(1, boxes), undefined, undefined, 0.35).uncertain).toBeCloseTo(2 / 3);
  });

  it("sees motion where nothing is detected, but no motion in a change of light", () => {
    const before = seen(0, [], 100);
    const brighter = seen(1, [], 160);
    expect(assess(brighter, before, undefined, 0.35).motion).toBe(0);
    const moved = seen(1, [], 100);
    moved.thumbnail.fill(200, 0, 58);
    expect(assess(moved, before, undefined, 0.35).motion).toBeCloseTo(58 / 576);
  });

  it("knows that before the first reply everything is stale", () => {
    expect(assess(seen(0, []), undefined, undefined, 0.35).staleMs).toBe(Number.POSITIVE_INFINITY);
  });
});
