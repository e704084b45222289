import * as fc from "fast-check";
import { expect, test } from "vitest";
import { contains, type Polygon } from "./index.ts";

const share = fc.integer({ min: 0, max: 64 }).map((n) => n / 64);
const point = fc.tuple(share, share);
const polygon = fc.array(point, { minLength: 3, maxLength: 12 });
const square: Polygon = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.75, 0.75],
  [0.25, 0.75],
];

test.each([
  [0.5, 0.5, true],
  [0.25, 0.5, true],
  [0.75, 0.75, true],
  [0.5, 0.25, true],
  [0.24, 0.5, false],
  [0.5, 0.76, false],
  [0.1, 0.25, false],
  [0.9, 0.75, false],
])("a square with its border contains (%d, %d): %s", (x, y, inside) => {
  expect(contains(square, x, y)).toBe(inside);
});

test("a dent is outside, and where a polygon crosses itself both sides are in it", () => {
  const arrow: Polygon = [
    [0, 0],
    [0.5, 0.5],
    [1, 0],
    [0.5, 1],
  ];
  expect([contains(arrow, 0.5, 0.25), contains(arrow, 0.5, 0.75)]).toEqual([false, true]);
  const bow: Polygon = [
    [0, 0],
    [1, 1],
    [1, 0],
    [0, 1],
  ];
  expect([contains(bow, 0.1, 0.5), contains(bow, 0.9, 0.5), contains(bow, 0.5, 0.1)]).toEqual([true, true, false]);
});

test("a polygon without area is its line and nothing else", () => {
  const line: Polygon = [
    [0, 0],
    [1, 1],
    [0.5, 0.5],
  ];
  expect([contains(line, 0.25, 0.25), contains(line, 0.25, 0.5)]).toEqual([true, false]);
  const dot: Polygon = [
    [0.5, 0.5],
    [0.5, 0.5],
    [0.5, 0.5],
  ];
  expect([contains(dot, 0.5, 0.5), contains(dot, 0.5, 0.25)]).toEqual([true, false]);
});

test("a polygon contains its corners, nothing outside its bounds, and the same whichever way and wherever it begins", () => {
  fc.assert(
    fc.property(polygon, point, fc.nat(11), (corners, [x, y], turn) => {
      for (const [cx, cy] of corners) expect(contains(corners, cx, cy)).toBe(true);
      const inside = contains(corners, x, y);
      const at = turn % corners.length;
      expect(contains([...corners.slice(at), ...corners.slice(0, at)], x, y)).toBe(inside);
      expect(contains(corners.toReversed(), x, y)).toBe(inside);
      const [xs, ys] = [corners.map((corner) => corner[0]), corners.map((corner) => corner[1])];
      const outside = x < Math.min(...xs) || x > Math.max(...xs) || y < Math.min(...ys) || y > Math.max(...ys);
      expect(inside && outside).toBe(false);
    }),
  );
});

test("of a triangle it says what the three half-planes say", () => {
  const side = ([ax, ay]: readonly number[], [bx, by]: readonly number[], x: number, y: number) =>
    Math.sign((bx! - ax!) * (y - ay!) - (x - ax!) * (by! - ay!));
  fc.assert(
    fc.property(point, point, point, point, (a, b, c, [x, y]) => {
      fc.pre(side(a, b, c[0], c[1]) !== 0);
      const signs = [side(a, b, x, y), side(b, c, x, y), side(c, a, x, y)];
      expect(contains([a, b, c], x, y)).toBe(!(signs.includes(1) && signs.includes(-1)));
    }),
  );
});
