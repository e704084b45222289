import { describe, expect, it } from "vitest";
import { assess, type Observation, type Past } from "./assess.ts";

const box = (x: number, score = 0.8) => ({ x1: x, y1: 0, x2: x + 20, y2: 20, score, classId: 0 });

function seen(frame: number, boxes: ReturnType<typeof box>[], motion = 0): Observation {
  return { frame, atMs: frame * 100, local: boxes, answer: boxes, motion, expectedLoss: 0.2 };
}

const past = (before?: Observation, sent?: Observation, drift = 0): Past => ({
  before,
  sent,
  drift,
  lost: 0.3,
  fresh: 0.1,
});

describe("assess", () => {
  it("finds nothing new in a scene that stands still", () => {
    const before = seen(0, [box(0)]);
    expect(assess(seen(5, [box(1)]), past(before, before), 0.35)).toEqual({
      uncertain: 0,
      churn: 0,
      motion: 0,
      drift: 0,
      loss: 0.2,
      lost: expect.closeTo(0.3 + 0.2 - 0.06),
      fresh: expect.closeTo(0.12),
      staleMs: 500,
    });
  });

  it("adds up only the loss that no reply would leave behind, which it learns from the frames just after sends", () => {
    const sent = seen(0, [box(0)]);
    const first = assess(seen(1, [box(0)]), { ...past(sent, sent), lost: 0 }, 0.35);
    expect(first.fresh).toBeGreaterThan(0.1);
    const second = assess(
      seen(2, [box(0)]),
      { ...past(seen(1, [box(0)]), sent), lost: first.lost, fresh: first.fresh },
      0.35,
    );
    expect(second.fresh).toBe(first.fresh);
    expect(second.lost).toBeCloseTo(2 * first.lost);
    const hopeless = assess(seen(1, [box(0)]), { ...past(sent, sent), lost: 0, fresh: 0.9 }, 0.35);
    expect(hopeless.lost).toBe(0);
  });

  it("counts boxes that came or went", () => {
    expect(assess(seen(1, [box(0), box(100)]), past(seen(0, [box(0)])), 0.35).churn).toBeCloseTo(1 / 3);
    expect(assess(seen(1, []), past(seen(0, [box(0)])), 0.35).churn).toBe(1);
    expect(assess(seen(1, []), past(seen(0, [])), 0.35).churn).toBe(0);
  });

  it("counts scores near the threshold as uncertain, far weaker ones not at all", () => {
    const boxes = [box(0, 0.9), box(50, 0.4), box(100, 0.3), box(150, 0.16)];
    expect(assess(seen(1, boxes), past(undefined), 0.35).uncertain).toBeCloseTo(2 / 3);
  });

  it("adds motion up since the last send, to 1 at most", () => {
    const before = seen(0, []);
    expect(assess(seen(1, [], 0.2), past(before, before, 0.1), 0.35)).toMatchObject({
      motion: 0.2,
      drift: expect.closeTo(0.3),
    });
    expect(assess(seen(1, [], 0.7), past(before, before, 0.9), 0.35).drift).toBe(1);
  });

  it("knows that before the first reply everything is stale", () => {
    expect(assess(seen(0, []), past(), 0.35).staleMs).toBe(Number.POSITIVE_INFINITY);
  });
});
