import type { Picture } from "./frame.ts";
import { greens, samplesPerCell } from "./greens.ts";

/** A small grey picture: levels 0 to 255, row by row. Its cells are as wide as high. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Cells of a small picture, and how few or many it may be wide or high, whatever the shape. */
const cells = 96 * 54;
const fewest = 16;
const most = cells / fewest;

const greyOf = (width: number, height: number): Grey => ({ width, height, data: new Float32Array(width * height) });

const sideOf = (length: number, other: number): number =>
  Math.max(fewest, Math.min(most, Math.round(Math.sqrt((cells * length) / other))));

/** Mean green of each cell. */
export function shrink(picture: Picture): Grey {
  const grey = greyOf(sideOf(picture.width, picture.height), sideOf(picture.height, picture.width));
  const sums = greens(picture, grey.width, grey.height);
  for (let i = 0; i < sums.length; i++) grey.data[i] = sums[i]! / samplesPerCell;
  return grey;
}

/** The picture, and before it the same ever half as wide and high: coarsest first. */
export function pyramid(finest: Grey, levels: number): Grey[] {
  const greys = [finest];
  while (greys.length < levels) greys.unshift(halved(greys[0]!));
  return greys;
}

/** Half as wide and high: means of 2 × 2. */
function halved({ width, height, data }: Grey): Grey {
  const half = greyOf(Math.floor(width / 2), Math.floor(height / 2));
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const at = 2 * y * width + 2 * x;
      half.data[y * half.width + x] = (data[at]! + data[at + 1]! + data[at + width]! + data[at + width + 1]!) / 4;
    }
  }
  return half;
}
