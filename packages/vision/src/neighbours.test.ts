import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Box, type Detection, frameF1, iou, match, Neighbours, nms } from "./index.ts";

/** Boxes of all sizes; now and then one that is as large as the picture, far outside it, or no box at all. */
const coordinate = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1e9, 1e9, 1e300, -1e300, Number.NaN) },
);
const side = fc.oneof({ weight: 10, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.nat(900) });
const detection = fc
  .record({ x: coordinate, y: coordinate, w: side, h: side, score: fc.integer({ max: 9 }), classId: fc.nat(1) })
  .map(({ x, y, w, h, score, classId }): Detection => ({ x1: x, y1: y, x2: x + w, y2: y + h, score, classId }));
const crowd = fc.array(detection, { maxLength: 150 });

const touch = (a: Box, b: Box) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;

function all(neighbours: Neighbours, box: Box): number[] {
  const found: number[] = [];
  for (let i = neighbours.first(box); i >= 0; i = neighbours.next()) found.push(i);
  return found;
}

describe("Neighbours", () => {
  it("miss none that touches, in order, however often they are filled anew", () => {
    const neighbours = new Neighbours();
    fc.assert(
      fc.property(crowd, crowd, (boxes, others) => {
        neighbours.fill(boxes);
        for (const box of others) {
          const found = all(neighbours, box);
          expect(found).toEqual([...new Set(found)].toSorted((a, b) => a - b));
          const touching = [...boxes.keys()].filter((i) => touch(box, boxes[i]!));
          expect(found).toEqual(expect.arrayContaining(touching));
          expect(found.every((i) => i < boxes.length)).toBe(true);
        }
      }),
    );
  });

  it("leave out nearly all of a crowd that stands apart", () => {
    const boxes = Array.from({ length: 400 }, (_, i): Box => {
      const [x1, y1] = [(i % 20) * 60, Math.floor(i / 20) * 40];
      return { x1, y1, x2: x1 + 30, y2: y1 + 20 };
    });
    const neighbours = new Neighbours().fill(boxes);
    const found = boxes.reduce((sum, box) => sum + all(neighbours, box).length, 0);
    expect(found / boxes.length).toBeLessThan(3);
  });
});

/** As the docstring has it, without any index. */
function matchPlainly(answer: readonly Detection[], reference: readonly Detection[], least: number): number[] {
  const pairs = answer.map(() => -1);
  const order = [...answer.keys()].toSorted((i, j) => answer[j]!.score - answer[i]!.score);
  for (const i of order) {
    const free = [...reference.keys()].filter(
      (j) => !pairs.includes(j) && reference[j]!.classId === answer[i]!.classId,
    );
    const best = free.toSorted((j, k) => iou(answer[i]!, reference[k]!) - iou(answer[i]!, reference[j]!))[0];
    if (best !== undefined && iou(answer[i]!, reference[best]!) >= least) pairs[i] = best;
  }
  return pairs;
}

function nmsPlainly(detections: readonly Detection[], most: number, limit: number): Detection[] {
  const kept: Detection[] = [];
  for (const d of detections.toSorted((a, b) => b.score - a.score)) {
    if (kept.length < limit && !kept.some((k) => k.classId === d.classId && iou(k, d) > most)) kept.push(d);
  }
  return kept;
}

describe("comparing crowds", () => {
  it("pairs as comparing all with all would", () => {
    fc.assert(
      fc.property(crowd, crowd, fc.constantFrom(0.1, 0.5), (answer, reference, least) => {
        const pairs = match(answer, reference, least);
        expect(pairs).toEqual(matchPlainly(answer, reference, least));
        const found = pairs.filter((j) => j >= 0).length;
        const total = answer.length + reference.length;
        expect(frameF1(answer, reference, least)).toBe(total === 0 ? 1 : (2 * found) / total);
      }),
    );
  });

  it("suppresses as comparing all with all would", () => {
    fc.assert(
      fc.property(crowd, fc.constantFrom(0.1, 0.6), fc.integer({ min: 1, max: 40 }), (boxes, most, limit) => {
        expect(nms(boxes, most, limit)).toEqual(nmsPlainly(boxes, most, limit));
      }),
    );
  });
});
