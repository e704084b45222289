import { readFileSync } from "node:fs";
import type { Picture } from "@sluice/vision";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Preprocess, Preprocessor } from "./preprocess.ts";

interface Golden {
  cases: { width: number; height: number; seed: number; toWidth: number; toHeight: number; pixels: string }[];
}

/** Written by OpenCV; the file says how. */
const golden = JSON.parse(readFileSync(new URL("./resize.golden.json", import.meta.url), "utf8")) as Golden;

const plain: Preprocess = {
  fit: "stretch",
  channels: "RGB",
  scale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  pad: 114,
};

function noise(width: number, height: number, seed: number): Picture {
  const data = new Uint8Array(3 * width * height);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return { width, height, data };
}

function solid(width: number, height: number, [r, g, b]: readonly [number, number, number]): Picture {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i += 3) data.set([r, g, b], i);
  return { width, height, data };
}

function tensorOf(picture: Picture, width: number, height: number, preprocess: Preprocess): Float32Array {
  const tensor = new Float32Array(3 * width * height);
  new Preprocessor(width, height, preprocess).write(picture, tensor, 0);
  return tensor;
}

describe("against OpenCV", () => {
  test.each(golden.cases)("$width×$height to $toWidth×$toHeight: never a level off", (it) => {
    const tensor = tensorOf(noise(it.width, it.height, it.seed), it.toWidth, it.toHeight, plain);
    const pixels = Buffer.from(it.pixels, "base64");
    const size = it.toWidth * it.toHeight;
    for (let i = 0; i < pixels.length; i++) {
      expect(tensor[(i % 3) * size + Math.floor(i / 3)], `value ${i}`).toBe(pixels[i]);
    }
  });
});

test("a picture of one colour stays that colour, at any size", () => {
  const size = fc.integer({ min: 1, max: 90 });
  const level = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(size, size, size, size, fc.tuple(level, level, level), (w, h, toWidth, toHeight, colour) => {
      const tensor = tensorOf(solid(w, h, colour), toWidth, toHeight, plain);
      const plane = toWidth * toHeight;
      for (let i = 0; i < tensor.length; i++) expect(tensor[i]).toBe(colour[Math.floor(i / plane)]);
    }),
    { numRuns: 60 },
  );
});

describe("letterbox", () => {
  test("top left: pads below", () => {
    const tensor = tensorOf(solid(8, 4, [10, 20, 30]), 4, 4, { ...plain, fit: "letterbox-top-left" });
    expect([...tensor.subarray(0, 16)]).toEqual([
      10,
      10,
      10,
      10,
      10,
      10,
      10,
      10,
      ...Array.from({ length: 8 }, () => 114),
    ]);
  });

  test("centre: pads on both sides", () => {
    const tensor = tensorOf(solid(4, 8, [10, 20, 30]), 4, 4, { ...plain, fit: "letterbox-centre" });
    expect([...tensor.subarray(0, 4)]).toEqual([114, 10, 10, 114]);
  });

  test("a picture of another shape in the same buffer leaves nothing of the last one", () => {
    const preprocess = { ...plain, fit: "letterbox-centre" } as const;
    const preprocessor = new Preprocessor(8, 8, preprocess);
    const tensor = new Float32Array(3 * 64);
    for (const picture of [noise(20, 10, 1), noise(10, 20, 2), noise(20, 10, 3), noise(8, 8, 4)]) {
      preprocessor.write(picture, tensor, 0);
      expect(tensor).toEqual(tensorOf(picture, 8, 8, preprocess));
    }
  });

  test("a picture that needs no resizing is copied", () => {
    const picture = noise(6, 4, 7);
    const tensor = tensorOf(picture, 6, 6, { ...plain, fit: "letterbox-top-left" });
    for (let i = 0; i < 24; i++) expect(tensor[36 + i]).toBe(picture.data[3 * i + 1]);
    expect(tensor[24]).toBe(114);
  });
});

test("channels, scale, mean and std apply in the tensor's order, padding included", () => {
  const preprocess: Preprocess = {
    fit: "letterbox-top-left",
    channels: "BGR",
    scale: 0.5,
    mean: [1, 2, 3],
    std: [2, 4, 8],
    pad: 100,
  };
  const tensor = tensorOf(solid(2, 1, [10, 20, 30]), 2, 2, preprocess);
  expect([...tensor]).toEqual([7, 7, 24.5, 24.5, 2, 2, 12, 12, 0.25, 0.25, 5.875, 5.875]);
});

test("images of a batch lie one after another and do not touch each other", () => {
  const preprocessor = new Preprocessor(4, 4, plain);
  const tensor = new Float32Array(2 * 48);
  preprocessor.write(solid(5, 5, [1, 2, 3]), tensor, 0);
  preprocessor.write(solid(9, 3, [4, 5, 6]), tensor, 1);
  const planes = Array.from({ length: 6 }, (_, i) => new Set(tensor.subarray(16 * i, 16 * (i + 1))));
  expect(planes.map((values) => [...values])).toEqual([[1], [2], [3], [4], [5], [6]]);
});
