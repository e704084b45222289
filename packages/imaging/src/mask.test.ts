import type { Polygon } from "@sluice/vision";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fillSpans, maskSpans } from "./mask.ts";

/** Which pixels of a white picture turn black, as rows of `#` and `.`. */
function painted(polygons: readonly Polygon[], width: number, height: number): string[] {
  const rgb = new Uint8Array(width * height * 3).fill(255);
  fillSpans(rgb, maskSpans(polygons, width, height));
  const pixel = (x: number, y: number) => rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3).join();
  const marks: Record<string, string> = { "0,0,0": "#", "255,255,255": "." };
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => marks[pixel(x, y)] ?? "?").join(""),
  );
}

test("a polygon on pixel edges covers exactly its pixels", () => {
  const square: Polygon = [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.75, 0.75],
    [0.25, 0.75],
  ];
  expect(painted([square], 8, 4)).toEqual(["........", "..####..", "..####..", "........"]);
});

test("every pixel that is touched is covered, however little of it", () => {
  const sliver: Polygon = [
    [0.26, 0.26],
    [0.52, 0.26],
    [0.52, 0.49],
    [0.26, 0.49],
  ];
  expect(painted([sliver], 4, 4)).toEqual(["....", ".##.", "....", "...."]);
  const triangle: Polygon = [
    [0, 0],
    [1, 1],
    [0, 1],
  ];
  expect(painted([triangle], 4, 4)).toEqual(["#...", "##..", "###.", "####"]);
});

test("a polygon that crosses itself has no hole where it is wound twice", () => {
  const twice: Polygon = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  expect(painted([twice], 3, 2)).toEqual(["###", "###"]);
});

test("what lies outside of the picture is cut off", () => {
  const wide: Polygon = [
    [-1, 0.5],
    [2, 0.5],
    [2, 3],
    [-1, 3],
  ];
  expect(painted([wide], 3, 2)).toEqual(["...", "###"]);
});

const share = fc.double({ min: 0, max: 1, noNaN: true });
const triangle = fc.tuple(fc.tuple(share, share), fc.tuple(share, share), fc.tuple(share, share));

test("no point of a triangle stays visible, and nothing beyond its surrounding box is touched", () => {
  fc.assert(
    fc.property(triangle, share, share, (corners, u, v) => {
      const [width, height] = [23, 17];
      const picture = painted([corners], width, height);
      const [a, b, c] = corners;
      const [p, q] = u + v > 1 ? [1 - u, 1 - v] : [u, v];
      const inside = [0, 1].map((k) => a[k]! + p * (b[k]! - a[k]!) + q * (c[k]! - a[k]!));
      const [x, y] = [inside[0]! * width, inside[1]! * height];
      const nearBorder = [x, y].some((n) => Math.abs(n - Math.round(n)) < 1e-6);
      const flat = Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) < 1e-6;
      expect(nearBorder || flat || picture[Math.floor(y)]![Math.floor(x)] === "#").toBe(true);
      const [left, right] = [Math.min(a[0], b[0], c[0]), Math.max(a[0], b[0], c[0])];
      picture.forEach((row) => {
        expect(row.slice(0, Math.floor(left * width))).not.toContain("#");
        expect(row.slice(Math.ceil(right * width))).not.toContain("#");
      });
    }),
  );
});
