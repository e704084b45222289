import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, coco80, type Detection, frameF1, iou, match, nms, place, unplace } from "./index.ts";
import { changedShare, thumbnail } from "./thumbnail.ts";

const box = (x1: number, y1: number, x2: number, y2: number, score = 0.5, classId = 0): Detection => ({
  x1,
  y1,
  x2,
  y2,
  score,
  classId,
});
const anyBox = fc
  .tuple(
    fc.integer({ max: 300 }),
    fc.integer({ max: 300 }),
    fc.nat(200),
    fc.nat(200),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(([x, y, w, h, score]) => box(x, y, x + w, y + h, score, w % 3));

describe("iou", () => {
  it("is 0 for boxes so small that their areas vanish", () => {
    const speck = { x1: 0, y1: 0, x2: 5e-324, y2: 5e-324 };
    expect(iou(speck, speck)).toBe(0);
  });

  it("is intersection over union", () => {
    expect(iou(box(0, 0, 10, 10), box(5, 0, 15, 10))).toBeCloseTo(1 / 3);
    expect(iou(box(0, 0, 10, 10), box(10, 0, 20, 10))).toBe(0);
    expect(iou(box(0, 0, 0, 0), box(0, 0, 0, 0))).toBe(0);
  });

  it("is symmetric and within [0, 1]", () => {
    fc.assert(
      fc.property(anyBox, anyBox, (a, b) => {
        expect(iou(a, b)).toBeCloseTo(iou(b, a));
        expect(iou(a, b)).toBeGreaterThanOrEqual(0);
        expect(iou(a, b)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("nms", () => {
  it("keeps the best of overlapping boxes of a class, others of other classes, and no more than the limit", () => {
    const best = box(0, 0, 10, 10, 0.9);
    const worse = box(1, 0, 11, 10, 0.8);
    const other = box(1, 0, 11, 10, 0.7, 1);
    expect(nms([worse, other, best], 0.5, 10)).toEqual([best, other]);
    expect(nms([worse, other, best], 0.5, 1)).toEqual([best]);
  });
});

describe("match and frameF1", () => {
  it("lets the best-scored answer choose first, each reference box once, same class only", () => {
    const reference = [box(0, 0, 10, 10), box(100, 0, 110, 10, 1, 1)];
    const answer = [box(0, 0, 10, 11, 0.5), box(0, 0, 10, 10, 0.9), box(100, 0, 110, 10, 0.9, 0)];
    expect([...match(answer, reference)]).toEqual([-1, 0, -1]);
    expect(frameF1(answer, reference)).toBeCloseTo(2 / 5);
  });

  it("counts an overlap of exactly one half", () => {
    expect(frameF1([box(0, 0, 10, 10)], [box(0, 0, 10, 20)])).toBe(1);
  });

  it("is 1 for two empty frames, 0 where only one is empty", () => {
    expect(frameF1([], [])).toBe(1);
    expect(frameF1([box(0, 0, 1, 1)], [])).toBe(0);
    expect(frameF1([], [box(0, 0, 1, 1)])).toBe(0);
  });

  it("matches an answer perfectly with itself", () => {
    const solid = anyBox.filter((b) => b.x2 > b.x1 && b.y2 > b.y1);
    fc.assert(fc.property(fc.array(solid, { maxLength: 20 }), (boxes) => frameF1(boxes, boxes) === 1));
  });
});

describe("place", () => {
  it("leaves a pixel of a picture that is far longer than wide", () => {
    expect(place(100_000, 1, 256, 160, "letterbox-centre")).toMatchObject({ width: 256, height: 1 });
  });

  it("stretches, letterboxes to the top left, or to the centre", () => {
    expect(place(640, 360, 256, 160, "stretch")).toMatchObject({ scaleX: 0.4, scaleY: 160 / 360, padX: 0, padY: 0 });
    expect(place(640, 360, 256, 160, "letterbox-top-left")).toMatchObject({
      scaleX: 0.4,
      padY: 0,
      width: 256,
      height: 144,
    });
    expect(place(640, 360, 256, 160, "letterbox-centre")).toMatchObject({ scaleY: 0.4, padX: 0, padY: 8 });
  });

  it("moves boxes into the input and back", () => {
    fc.assert(
      fc.property(anyBox, fc.constantFrom("stretch", "letterbox-top-left", "letterbox-centre"), (b, fit) => {
        const p = place(768, 576, 352, 352, fit);
        const there = {
          ...b,
          x1: b.x1 * p.scaleX + p.padX,
          y1: b.y1 * p.scaleY + p.padY,
          x2: b.x2 * p.scaleX + p.padX,
          y2: b.y2 * p.scaleY + p.padY,
        };
        const back = unplace(there, p);
        for (const side of ["x1", "y1", "x2", "y2"] as const) expect(back[side]).toBeCloseTo(b[side], 6);
      }),
    );
  });
});

it("sees motion in a picture, but none in a change of light", () => {
  const grey = (level: number, patch = level) => {
    const data = new Uint8Array(64 * 36 * 3).fill(level);
    for (let row = 0; row < 18; row++) data.fill(patch, row * 64 * 3, row * 64 * 3 + 32 * 3);
    return thumbnail({ width: 64, height: 36, data });
  };
  expect(changedShare(grey(100), grey(160))).toBe(0);
  expect(changedShare(grey(100), grey(100, 200))).toBeCloseTo(1 / 4, 1);
});

it("clips boxes to the picture, empty where they lie outside", () => {
  expect(clip(box(-5, -5, 20, 5), 10, 10)).toMatchObject({ x1: 0, y1: 0, x2: 10, y2: 5 });
  expect(clip(box(50, 50, 60, 60), 10, 10)).toMatchObject({ x1: 10, y1: 10, x2: 10, y2: 10 });
});

it("knows COCO's 80 classes in order", () => {
  expect(coco80).toHaveLength(80);
  expect(new Set(coco80).size).toBe(80);
  expect([coco80[0], coco80[2], coco80[7], coco80[79]]).toEqual(["person", "car", "truck", "toothbrush"]);
});
