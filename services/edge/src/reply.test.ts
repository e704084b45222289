import type { OffloadReply } from "@sluice/contracts";
import { describe, expect, it } from "vitest";
import { cloudOf, fits } from "./reply.ts";

const size = { width: 640, height: 480 };
const crop = {
  region: { x1: 320, y1: 160, x2: 640, y2: 480 },
  part: { left: 160, top: 80, width: 320, height: 240 },
};
const model = { task: "detection" as const, classes: ["person", "car"] };

/** A car of 20 × 40 pixels of the frame, its corner at 400,240. */
const saying = (box: number[], width: number, height: number): OffloadReply => ({
  version: 1,
  frame: 1,
  model: "big",
  digest: "0".repeat(64),
  width,
  height,
  detections: {
    classes: ["car"],
    boxes: [[...box, 0.9, 0] as OffloadReply["detections"]["boxes"][0], [0, 0, 9, 9, 0.1, 0]],
  },
  threshold: 0.4,
  batch: 1,
  queueMs: 0,
  decodeMs: 0,
  computeMs: 1,
});
const car = [{ x1: 400, y1: 240, x2: 420, y2: 280, score: 0.9, classId: 1 }];

it("is read in pixels of the frame, whatever was sent, without what does not count", () => {
  expect(cloudOf(saying([400, 240, 420, 280], 640, 480), model, size)).toEqual(car);
  expect(cloudOf(saying([200, 120, 210, 140], 320, 240), model, size)).toEqual(car);
  expect(cloudOf(saying([200, 120, 210, 140], 320, 240), model, size, crop)).toEqual(car);
});

it("is understood from a cloud that knows nothing of parts and answers in pixels of the crop", () => {
  expect(cloudOf(saying([40, 40, 50, 60], 160, 160), model, size, crop)).toEqual(car);
});

describe("of a classification", () => {
  const labeller = { task: "classification" as const, classes: ["cat", "dog"] };
  const labelled = (names: string[], scores: number[]): OffloadReply => ({
    ...saying([], 320, 240),
    task: "classification",
    detections: { classes: names, boxes: scores.map((score, i) => [0, 0, 320, 240, score, i]) },
  });
  const labelsOf = (reply: OffloadReply) => cloudOf(reply, labeller, size).map(({ classId }) => classId);

  it("its best label counts, however unsure; the others are there to learn from", () => {
    expect(cloudOf(labelled(["dog", "cat"], [0.3, 0.2]), labeller, size)).toEqual([
      { x1: 0, y1: 0, x2: 640, y2: 480, score: 0.3, classId: 1 },
      { x1: 0, y1: 0, x2: 640, y2: 480, score: 0.2, classId: 0 },
    ]);
  });

  it("the next best is not the answer where the edge model does not know the best", () => {
    expect(labelsOf(labelled(["cow", "cat"], [0.9, 0.05]))).toEqual([]);
    expect(labelsOf(labelled(["cat", "cow"], [0.9, 0.05]))).toEqual([0]);
    expect(labelsOf(labelled([], []))).toEqual([]);
  });

  it("fits an edge model of the same task, and any where the service does not say", () => {
    expect(fits(labelled(["cat"], [1]), labeller)).toBe(true);
    expect(fits(labelled(["cat"], [1]), model)).toBe(false);
    expect(fits(saying([0, 0, 1, 1], 640, 480), model)).toBe(true);
  });
});
