import { coreOf, type Detection, within } from "@sluice/vision";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fusion } from "./fusion.ts";

const size = { width: 640, height: 360 };
const options = { ...size, threshold: 0.35, limit: 100 };
const frameMs = 100;

const at = (x: number, y: number, score = 0.8, side = 40): Detection => ({
  x1: x,
  y1: y,
  x2: x + side,
  y2: y + side,
  score,
  classId: 0,
});

/** The left half of the picture. */
const left = { x1: 0, y1: 0, x2: 320, y2: 360 };
const places = (boxes: readonly Detection[]) => boxes.map(({ x1 }) => Math.round(x1)).toSorted((a, b) => a - b);

/** Fusion that has followed these detections for a few frames, and its last frame. */
function followed(edge: readonly Detection[], frames = 5) {
  const fusion = new Fusion(options);
  let answer: Detection[] = [];
  for (let frame = 0; frame < frames; frame++) ({ answer } = fusion.frame(frame, frame * frameMs, edge));
  return { fusion, last: frames - 1, answer };
}

describe("a reply about a part of a frame", () => {
  it("confirms and rejects what it shows whole, and leaves the rest as it was", () => {
    const edge = [at(50, 100, 0.7), at(200, 100, 0.7), at(500, 100, 0.7)];
    const { fusion, last } = followed(edge);
    const graded = fusion.reply(last, [at(50, 100, 0.9), at(120, 200, 0.9)], left)!;
    expect(places(graded.after)).toEqual([50, 120, 500]);
    const { answer } = fusion.frame(last + 1, (last + 1) * frameMs, edge);
    expect(places(answer)).toEqual([50, 120, 500]);
  });

  it("says nothing of what the cut goes through, nor of what it saw cut", () => {
    const across = at(300, 100, 0.7);
    const { fusion, last } = followed([across]);
    const half = { ...at(300, 100, 0.9), x2: 320 };
    expect(places(fusion.reply(last, [half], left)!.after)).toEqual([300]);
    const { answer } = fusion.frame(last + 1, (last + 1) * frameMs, [across]);
    expect(answer.map(({ x2 }) => Math.round(x2))).toEqual([340]);
  });

  it("keeps carrying what an earlier reply showed elsewhere, though the edge never sees it", () => {
    const { fusion, last } = followed([]);
    fusion.reply(last, [at(50, 100), at(500, 100)]);
    fusion.frame(last + 1, (last + 1) * frameMs, []);
    fusion.reply(last + 1, [at(50, 100)], left);
    expect(places(fusion.frame(last + 2, (last + 2) * frameMs, []).answer)).toEqual([50, 500]);
  });

  it("expects no fewer surprises of a whole picture because a part held none", () => {
    const { fusion, last } = followed([]);
    const { missed } = fusion.beliefs;
    fusion.reply(last, [], left);
    expect(fusion.beliefs.missed).toBe(missed);
    fusion.frame(last + 1, (last + 1) * frameMs, []);
    fusion.reply(last + 1, []);
    expect(fusion.beliefs.missed).toBeLessThan(missed);
  });

  it("never touches a box that reaches beyond the core of its region", () => {
    const side = fc.integer({ min: 8, max: 90 });
    const box = fc.tuple(fc.nat(550), fc.nat(270), side).map(([x, y, s]) => at(x, y, 0.9, s));
    const corner = fc.tuple(fc.nat(19), fc.nat(10), fc.integer({ min: 6, max: 20 }), fc.integer({ min: 4, max: 12 }));
    fc.assert(
      fc.property(fc.array(box, { maxLength: 6 }), fc.array(box, { maxLength: 6 }), corner, (edge, cloud, c) => {
        const [x1, y1, w, h] = c.map((cell) => 16 * cell) as [number, number, number, number];
        const region = { x1, y1, x2: Math.min(640, x1 + w), y2: Math.min(360, y1 + h) };
        const core = coreOf(region, size);
        const { fusion, last, answer } = followed(edge);
        const { after } = fusion.reply(last, cloud, region)!;
        const whole = cloud.filter((each) => within(each, core));
        const apart = answer.filter((each) => !within(each, core) && !whole.some((other) => meet(other, each)));
        for (const each of apart) expect(after).toContainEqual(each);
        for (const each of whole) expect(after).toContainEqual(each);
      }),
    );
  });
});

const meet = (a: Detection, b: Detection) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;
