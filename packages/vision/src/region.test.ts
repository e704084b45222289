import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onPlain } from "./canvas.ts";
import { coreOf, partAt, within } from "./region.ts";

const whole = { width: 640, height: 480 };

describe("the core of a region", () => {
  it("keeps a margin where the region cuts through the picture, and none where that ends", () => {
    const core = coreOf({ x1: 0, y1: 240, x2: 320, y2: 480 }, whole);
    expect(within({ x1: -5, y1: 264, x2: 288, y2: 490 }, core)).toBe(true);
    expect(within({ x1: 0, y1: 263, x2: 100, y2: 300 }, core)).toBe(false);
    expect(within({ x1: 0, y1: 300, x2: 289, y2: 310 }, core)).toBe(false);
  });
});

describe("a part on a plain picture", () => {
  const side = fc.integer({ min: 1, max: 40 });
  const offset = fc.integer({ min: 0, max: 39 });

  it("lies at its place, cut to the whole, with grey around it", () => {
    fc.assert(
      fc.property(side, side, offset, offset, side, side, (w, h, left, top, width, height) => {
        fc.pre(left < width && top < height);
        const picture = { width: w, height: h, data: new Uint8Array(w * h * 3).map((_, i) => 120 + (i % 100)) };
        const { data } = onPlain(picture, { left, top, width, height });
        expect(data).toHaveLength(width * height * 3);
        for (let i = 0; i < data.length; i++) {
          const [x, y] = [(Math.floor(i / 3) % width) - left, Math.floor(i / 3 / width) - top];
          const inside = x >= 0 && y >= 0 && x < w && y < h;
          expect(data[i]).toBe(inside ? picture.data[(y * w + x) * 3 + (i % 3)] : 114);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("is told where it is at the scale at which it was sent", () => {
    const region = { x1: 160, y1: 96, x2: 480, y2: 384 };
    expect(partAt(region, whole, 320)).toEqual({ left: 160, top: 96, width: 640, height: 480 });
    expect(partAt(region, whole, 160)).toEqual({ left: 80, top: 48, width: 320, height: 240 });
  });
});
