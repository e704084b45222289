import { describe, expect, test } from "vitest";
import { outputProblem } from "../shape.ts";
import type { Head, Tensor } from "./family.ts";
import { adapters } from "./index.ts";

const head: Head = { width: 64, height: 32, classes: 2, floor: 0.15 };

function tensor(dims: number[], values: Record<number, number>, name = "output"): Tensor {
  const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
  for (const [at, value] of Object.entries(values)) data[Number(at)] = value;
  return { name, dims, data };
}

const logit = (p: number) => Math.log(p / (1 - p));
const rounded = (boxes: readonly object[]) =>
  boxes.map((box) => Object.values(box).map((value) => Math.round((value as number) * 1e4) / 1e4));

describe("peaks", () => {
  /** 8 × 4 cells of 8 pixels; class 1, cell (x 3, y 2) of the second image. */
  const cell = 2 * 8 + 3;
  const outputs = [
    tensor([2, 4, 4, 8], { [128 + cell]: 4, [160 + cell]: 5, [192 + cell]: 6, [224 + cell]: 7 }, "boxes"),
    tensor([2, 2, 4, 8], { [64 + 32 + cell]: 0.5, 0: 0.149 }, "scores"),
  ];

  test("distances are measured from the cell's centre", () => {
    expect(rounded(adapters.peaks.decode(outputs, 1, head))).toEqual([[28 - 4, 20 - 5, 28 + 6, 20 + 7, 0.5, 1]]);
  });

  test("scores under the floor are left out, and so are zeros where the floor is zero", () => {
    expect(adapters.peaks.decode(outputs, 0, head)).toEqual([]);
    expect(adapters.peaks.decode(outputs, 0, { ...head, floor: 0 })).toHaveLength(1);
  });
});

test("yolox: cells of each stride in turn, exponential sizes, score = objectness · class", () => {
  const row = 7;
  const second = (32 + 1) * row;
  const values = { [second]: 0.5, [second + 1]: 0.25, [second + 2]: Math.log(2), [second + 4]: 0.8, [second + 6]: 0.5 };
  const found = adapters.yolox.decode([tensor([1, 32 + 8 + 2, row], values)], 0, head);
  const [cx, cy, width, height] = [1.5 * 16, 0.25 * 16, 32, 16];
  expect(rounded(found)).toEqual([[cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2, 0.4, 1]]);
});

test("nanodet: distances are expectations over bins, times the stride", () => {
  const bins = 8;
  const sharp: Record<number, number> = {};
  for (const [side, bin] of [1, 2, 3, 4].entries()) sharp[(3 * 4 + side) * bins + bin] = 50;
  const scores = [tensor([1, 32, 2], {}), tensor([1, 8, 2], { 7: 0.6 }), tensor([1, 2, 2], {})];
  const distances = [tensor([1, 32, 32], {}), tensor([1, 8, 32], sharp), tensor([1, 2, 32], {})];
  const found = adapters.nanodet.decode([...scores, ...distances], 0, head);
  const [cx, cy] = [3 * 16 + 7.5, 7.5];
  expect(rounded(found)).toEqual([[cx - 16, cy - 32, cx + 48, cy + 64, 0.6, 1]]);
});

test("fastestdet: tanh offsets, sigmoid sizes, weighted product of scores", () => {
  const cells = 8;
  const at = (channel: number) => channel * cells + 5;
  const values = { [at(0)]: 0.5, [at(1)]: Math.atanh(0.5), [at(3)]: logit(0.25), [at(4)]: logit(0.5), [at(6)]: 0.9 };
  const found = adapters.fastestdet.decode([tensor([1, 7, 2, 4], values)], 0, head);
  const [cx, cy, width, height] = [((1 + 0.5) / 4) * 64, (1 / 2) * 32, 16, 16];
  const score = Math.round(0.5 ** 0.6 * 0.9 ** 0.4 * 1e4) / 1e4;
  expect(rounded(found)).toEqual([[cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2, score, 1]]);
});

test("yolov8: centres and sizes in input pixels, the best class of each box", () => {
  const values = { 2: 30, 7: 16, 12: 10, 17: 8, 22: 0.3, 27: 0.7, 21: 0.1 };
  const found = adapters.yolov8.decode([tensor([1, 6, 5], values)], 0, head);
  expect(rounded(found)).toEqual([[25, 12, 35, 20, 0.7, 1]]);
});

describe("classification", () => {
  const seven = { ...head, classes: 7 };

  test("logits become probabilities; the best five cover the picture", () => {
    const found = adapters.classification.decode(
      [tensor([1, 7], { 0: 1, 1: 3, 2: 2, 3: -1, 4: -2, 5: -3, 6: -4 })],
      0,
      seven,
    );
    expect(found.map((d) => d.classId)).toEqual([1, 2, 0, 3, 4]);
    const total = [1, 3, 2, -1, -2, -3, -4].reduce((sum, x) => sum + Math.exp(x), 0);
    expect(found[0]).toMatchObject({ x1: 0, y1: 0, x2: 64, y2: 32 });
    expect(found[0]!.score).toBeCloseTo(Math.exp(3) / total, 5);
  });

  test("probabilities stay as they are", () => {
    const found = adapters.classification.decode([tensor([1, 7], { 2: 0.75, 4: 0.25 })], 0, seven);
    expect(found.slice(0, 2).map((d) => [d.classId, d.score])).toEqual([
      [2, 0.75],
      [4, 0.25],
    ]);
  });
});

describe("what an output must look like", () => {
  test("the right shape passes", () => {
    expect(outputProblem([tensor([3, 42, 7], {})], adapters.yolox, head, 3)).toBeUndefined();
  });

  test("a class too many is named with both numbers", () => {
    expect(outputProblem([tensor([1, 42, 85], {})], adapters.yolox, head, 1)).toBe(
      'output "output" is [1, 42, 85], expected [1, 42, 7] (batch, cells of strides 8, 16, 32, 5 + 2 classes)',
    );
  });

  test("a missing output is named, with those that exist", () => {
    expect(outputProblem([tensor([1, 2, 4, 8], {}, "heat")], adapters.peaks, head, 1)).toBe(
      'no output "scores"; the graph has "heat"',
    );
  });
});
