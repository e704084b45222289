import { type Box, coreOf, within } from "@sluice/vision";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestPatch, type Doubt, doubtsOf, type Patch } from "./patch.ts";
import { gridPixels, leastSide, regionAround } from "./region.ts";

const size = fc.record({ width: fc.integer({ min: 16, max: 4096 }), height: fc.integer({ min: 16, max: 4096 }) });
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const boxIn = ([a, b, c, d]: readonly number[], { width, height }: { width: number; height: number }): Box => ({
  x1: Math.min(a!, b!) * width,
  y1: Math.min(c!, d!) * height,
  x2: Math.max(a!, b!) * width,
  y2: Math.max(c!, d!) * height,
});
const corners = fc.tuple(unit, unit, unit, unit);
const onGrid = (side: number, end: number) => side === end || side % gridPixels === 0;

describe("regionAround", () => {
  it("lies inside the picture, on the grid, is large enough, and shows the box whole", () => {
    fc.assert(
      fc.property(size, corners, (picture, values) => {
        const box = boxIn(values, picture);
        const region = regionAround(box, picture);
        const { width, height } = picture;
        expect(region.x1 >= 0 && region.y1 >= 0 && region.x2 <= width && region.y2 <= height).toBe(true);
        expect(onGrid(region.x1, width) && onGrid(region.x2, width)).toBe(true);
        expect(onGrid(region.y1, height) && onGrid(region.y2, height)).toBe(true);
        expect(region.x2 - region.x1).toBeGreaterThanOrEqual(leastSide * width);
        expect(region.y2 - region.y1).toBeGreaterThanOrEqual(leastSide * height);
        expect(within(box, coreOf(region, picture))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("bestPatch", () => {
  const doubtful = fc.array(fc.tuple(corners, unit), { maxLength: 60 });
  /** Doubt is worth something, area costs. */
  const worth = ({ doubt, share }: Patch) => doubt - 3 * share;

  it("counts just the doubt that it shows whole, and is worth no less than what it began at", () => {
    fc.assert(
      fc.property(size, doubtful, (picture, drawn) => {
        const doubts: Doubt[] = drawn.map(([values, doubt]) => ({ ...boxIn(values, picture), doubt }));
        const patch = bestPatch(doubts, picture, worth);
        expect(patch === undefined).toBe(doubts.length === 0);
        if (!patch) return;
        const core = coreOf(patch.region, picture);
        const inside = doubts.filter((each) => within(each, core));
        expect(patch.doubt).toBeCloseTo(inside.reduce((sum, { doubt }) => sum + doubt, 0));
        const worst = doubts.reduce((a, b) => (b.doubt > a.doubt ? b : a));
        const region = regionAround(worst, picture);
        const share = ((region.x2 - region.x1) * (region.y2 - region.y1)) / (picture.width * picture.height);
        expect(worth(patch)).toBeGreaterThanOrEqual(worst.doubt - 3 * share - 1e-9);
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes neighbours together and leaves what is far away", () => {
    const picture = { width: 640, height: 480 };
    const at = (x: number, y: number, doubt: number): Doubt => ({ x1: x, y1: y, x2: x + 20, y2: y + 20, doubt });
    const patch = bestPatch([at(40, 40, 0.5), at(90, 60, 0.4), at(600, 440, 0.5)], picture, worth)!;
    expect(patch.doubt).toBeCloseTo(0.9);
    expect(patch.region.x2).toBeLessThan(320);
    expect(patch.region.y2).toBeLessThan(240);
  });

  it("doubts what an answer holds by how likely it is wrong, and what it leaves out by how likely it is there", () => {
    const box = { x1: 0, y1: 0, x2: 1, y2: 1, classId: 0 };
    const doubts = doubtsOf(
      [
        { ...box, score: 0.9 },
        { ...box, score: 0.3 },
      ],
      1,
    );
    expect(doubts.map(({ doubt }) => doubt)).toEqual([expect.closeTo(0.1), 0.3]);
  });
});
