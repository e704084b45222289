import type { Detection } from "@sluice/vision";
import type { Preprocess } from "../preprocess.ts";

export interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** What decoding needs to know of a model. */
export interface Head {
  /** Input size in pixels. */
  readonly width: number;
  readonly height: number;
  /** Number of classes in the manifest. */
  readonly classes: number;
  /** Detections below this score are not wanted. */
  readonly floor: number;
}

/** A kind of model: how its input is made and its output read. Adding one is adding a row to `families/index.ts`. */
export interface Adapter {
  /** Used where the manifest says nothing. */
  readonly preprocess: Preprocess;
  /** What the outputs must look like for an input of that size and that many classes. */
  expected(head: Head): readonly Expected[];
  /** Detections of image `index` of the batch, in input pixels, at or above the floor; overlapping ones included. */
  decode(outputs: readonly Tensor[], index: number, head: Head): Detection[];
}

/** An output's dimensions after the batch; `undefined` where any size will do. */
export interface Expected {
  /** Without one, outputs are taken in the graph's order. */
  readonly name?: string;
  readonly dims: readonly (number | undefined)[];
  /** What the dimensions mean, for the message. */
  readonly meaning: string;
}

/** The tensor called `name`. Only called on outputs that passed the check against {@link Expected}. */
export function named(outputs: readonly Tensor[], name: string): Tensor {
  return outputs.find((tensor) => tensor.name === name)!;
}

/** The values of image `index` alone. */
export function imageOf(tensor: Tensor, index: number): Float32Array {
  const size = tensor.data.length / tensor.dims[0]!;
  return tensor.data.subarray(index * size, (index + 1) * size);
}

/** A box from its centre and size. */
export function centred(cx: number, cy: number, width: number, height: number, score: number, classId: number) {
  return { x1: cx - width / 2, y1: cy - height / 2, x2: cx + width / 2, y2: cy + height / 2, score, classId };
}

/** Index of the largest of `count` values that begin at `start` and lie `step` apart. */
export function argmax(values: Float32Array, start: number, count: number, step = 1): number {
  let best = 0;
  let bestValue = values[start]!;
  for (let i = 1, at = start + step; i < count; i++, at += step) {
    if (values[at]! > bestValue) {
      best = i;
      bestValue = values[at]!;
    }
  }
  return best;
}

export const zeros = [0, 0, 0];
export const ones = [1, 1, 1];
