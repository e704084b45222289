import { seededPrng } from "@sluice/foundation";
import { describe, expect, it } from "vitest";
import { figuresOf, type Scored, worstStretch } from "./figures.ts";

const stream = (scores: readonly number[]): Scored => ({ scores, sent: 2, bytes: 30, bytesOfAll: 100, fps: 10 });
const drawn = (seed: number, count: number) => {
  const prng = seededPrng(seed);
  return Array.from({ length: count }, () => prng.next());
};

describe("figures", () => {
  it("add streams up by their frames", () => {
    const { frames, score, bytes, share } = figuresOf([stream([1, 1, 1]), stream([0])]);
    expect({ frames, score, bytes, share }).toEqual({ frames: 4, score: 0.75, bytes: 60, share: 0.3 });
  });

  it("have an interval that holds the true mean about 95 times of 100", () => {
    const hits = Array.from({ length: 300 }, (_, i) => figuresOf([stream(drawn(i, 1_000))], i).interval).filter(
      ([low, high]) => low <= 0.5 && 0.5 <= high,
    );
    expect(hits.length).toBeGreaterThan(250);
    expect(hits.length).toBeLessThan(300);
  });

  it("have a wider interval where neighbouring frames are alike", () => {
    const apart = drawn(1, 1_000);
    const alike = apart.map((_, i) => apart[Math.floor(i / 50) * 50]!);
    const width = (scores: number[]) => {
      const [low, high] = figuresOf([stream(scores)]).interval;
      return high - low;
    };
    expect(width(alike)).toBeGreaterThan(2.5 * width(apart));
  });

  it("find the worst stretch", () => {
    const scores = Array.from({ length: 500 }, (_, i) => (i >= 200 && i < 250 ? 0.1 : 0.9));
    expect(worstStretch(stream(scores))).toMatchObject({ from: 200, frames: 50, score: expect.closeTo(0.1) });
    expect(worstStretch(stream([0.5]))).toEqual({ from: 0, frames: 1, score: 0.5 });
  });
});
