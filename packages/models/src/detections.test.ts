import { place } from "@sluice/vision";
import { expect, test } from "vitest";
import { finish } from "./detections.ts";

const box = (x1: number, y1: number, x2: number, y2: number, score: number, classId = 0) => {
  return { x1, y1, x2, y2, score, classId };
};
const size = { width: 200, height: 100 };
const rules = { nmsIou: 0.45, keep: 1_000 };

test("boxes move from the input into the picture, best first, overlaps of a class suppressed", () => {
  const placement = place(200, 100, 100, 100, "letterbox-centre");
  const found = finish(
    [box(10, 30, 20, 40, 0.5), box(10, 30, 20, 41, 0.9), box(10, 30, 20, 40, 0.7, 1)],
    rules,
    placement,
    size,
  );
  expect(found).toEqual([box(20, 10, 40, 32, 0.9), box(20, 10, 40, 30, 0.7, 1)]);
});

test("boxes are clipped to the picture, those outside it go, scores end at 1", () => {
  const placement = place(200, 100, 200, 200, "letterbox-top-left");
  const found = finish([box(-5, 90, 10, 150, 1.5), box(0, 120, 10, 150, 0.9)], rules, placement, size);
  expect(found).toEqual([box(0, 90, 10, 100, 1)]);
});

test("a model that fires everywhere is cut to the best candidates in bounded time", () => {
  const everywhere = Array.from({ length: 300_000 }, (_, i) => box(0, 0, 1 + (i % 190), 50, 0.2 + i / 1e6, i % 997));
  const placement = place(200, 100, 200, 100, "stretch");
  const found = finish(everywhere, { nmsIou: 1, keep: 1_000 }, placement, size);
  expect(found).toHaveLength(1_000);
  expect(found[0]!.score).toBeCloseTo(0.2 + 299_999 / 1e6, 6);
});
