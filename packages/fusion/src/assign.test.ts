import { type Detection, iou } from "@sluice/vision";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { assign } from "./assign.ts";
import { newTrack, type Track } from "./track.ts";

/** Places that repeat, so that detections are fought over, and equal weights are met. */
const box = fc.record({ x: fc.nat(8), y: fc.nat(5), side: fc.constantFrom(20, 24, 200), classId: fc.nat(1) }).map(
  ({ x, y, side, classId }): Detection => ({
    x1: 8 * x,
    y1: 8 * y,
    x2: 8 * x + side,
    y2: 8 * y + side,
    score: 0.5,
    classId,
  }),
);
const track = fc
  .tuple(box, fc.constantFrom("confirmed", "rejected", "new"))
  .map(([where, verdict]): Track => ({ ...newTrack(where, 0), verdict }));
const weights = { confirmed: 0.5, rejected: 0.25, new: 0 };

it("gives detections to tracks as weighing every pair would, the first of equals first", () => {
  fc.assert(
    fc.property(fc.array(track, { maxLength: 40 }), fc.array(box, { maxLength: 40 }), (tracks, edge) => {
      const pairs = tracks
        .flatMap((t, i) => edge.map((d, j) => ({ i, j, overlap: iou(t.box, d), alike: t.box.classId === d.classId })))
        .filter(({ overlap }) => overlap >= 0.4)
        .map((pair) => ({ ...pair, weight: pair.overlap + (pair.alike ? 1 : 0) + weights[tracks[pair.i]!.verdict] }));
      const expected = tracks.map(() => -1);
      for (const { i, j } of pairs.toSorted((a, b) => b.weight - a.weight)) {
        if (expected[i] === -1 && !expected.includes(j)) expected[i] = j;
      }
      const boxes = tracks.map((t) => t.box);
      expect(assign(tracks, boxes, edge)).toEqual(expected);
    }),
  );
});
