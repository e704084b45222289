import type { OffloadReply } from "@sluice/contracts";
import { expect, it } from "vitest";
import { cloudOf } from "./reply.ts";

const size = { width: 640, height: 480 };
const crop = {
  region: { x1: 320, y1: 160, x2: 640, y2: 480 },
  part: { left: 160, top: 80, width: 320, height: 240 },
};
const classes = ["person", "car"];

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
  expect(cloudOf(saying([400, 240, 420, 280], 640, 480), classes, size)).toEqual(car);
  expect(cloudOf(saying([200, 120, 210, 140], 320, 240), classes, size)).toEqual(car);
  expect(cloudOf(saying([200, 120, 210, 140], 320, 240), classes, size, crop)).toEqual(car);
});

it("is understood from a cloud that knows nothing of parts and answers in pixels of the crop", () => {
  expect(cloudOf(saying([40, 40, 50, 60], 160, 160), classes, size, crop)).toEqual(car);
});
