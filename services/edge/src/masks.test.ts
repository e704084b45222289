import { expect, test } from "vitest";
import { visibleUnder } from "./masks.ts";

const left: [number, number][] = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
];
const box = (x1: number, x2: number) => ({ x1, y1: 10, x2, y2: 40, score: 0.9, classId: 0 });
const size = { width: 100, height: 50 };

test("a box under masks is nothing that was seen; one that reaches out of them by more than a tenth is", () => {
  const [under, mostly, half, beside] = [box(10, 40), box(10, 51), box(10, 90), box(60, 90)];
  expect(visibleUnder([left], size)([under, mostly, half, beside])).toEqual([half, beside]);
});

test("without masks all boxes are seen", () => {
  const boxes = [box(10, 40)];
  expect(visibleUnder([], size)(boxes)).toBe(boxes);
});
