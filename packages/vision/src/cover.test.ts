import * as fc from "fast-check";
import { expect, test } from "vitest";
import { coverOf, type Polygon } from "./index.ts";

const rectangle = (x1: number, y1: number, x2: number, y2: number): Polygon => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
];
const [width, height] = [640, 480];
const box = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2 });

test("a box in a polygon is covered, one outside is not, one across its border by its part", () => {
  const cover = coverOf([rectangle(0, 0, 0.5, 1)], width, height);
  expect(cover(box(10, 10, 300, 400))).toBe(1);
  expect(cover(box(330, 10, 600, 400))).toBe(0);
  expect(cover(box(160, 0, 480, 480))).toBe(0.5);
});

test("polygons that overlap count once, and none cover nothing", () => {
  const cover = coverOf([rectangle(0, 0, 0.5, 0.5), rectangle(0, 0, 0.5, 1)], width, height);
  expect(cover(box(0, 0, 640, 480))).toBe(0.5);
  expect(coverOf([], width, height)(box(0, 0, 640, 480))).toBe(0);
});

test("the smallest box, an empty one and one beyond the picture are measured where they touch it", () => {
  const cover = coverOf([rectangle(0.5, 0.5, 1, 1)], width, height);
  expect(cover(box(600, 400, 600.01, 400.01))).toBe(1);
  expect(cover(box(600, 400, 600, 400))).toBe(1);
  expect(cover(box(700, 500, 900, 900))).toBe(1);
  expect(cover(box(-50, -50, -10, -10))).toBe(0);
});

test("of a rectangle it is the share of area that they have in common, to within the cells at the sides", () => {
  const share = fc.integer({ min: 0, max: 10_000 }).map((part) => part / 10_000);
  const ordered = fc.tuple(share, share).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  fc.assert(
    fc.property(ordered, ordered, ordered, ordered, ([a, b], [c, d], [x1, x2], [y1, y2]) => {
      fc.pre(x2 - x1 > 0.1 && y2 - y1 > 0.1);
      const cover = coverOf([rectangle(a, c, b, d)], width, height);
      const common = Math.max(0, Math.min(b, x2) - Math.max(a, x1)) * Math.max(0, Math.min(d, y2) - Math.max(c, y1));
      const measured = cover(box(x1 * width, y1 * height, x2 * width, y2 * height));
      const slack = (2 * ((x2 - x1) / 64 + (y2 - y1) / 64)) / ((x2 - x1) * (y2 - y1));
      expect(Math.abs(measured - common / ((x2 - x1) * (y2 - y1)))).toBeLessThanOrEqual(slack);
    }),
  );
});
