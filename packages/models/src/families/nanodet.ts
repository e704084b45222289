import type { Detection } from "@sluice/vision";
import { type Adapter, argmax, type Head, imageOf, type Tensor } from "./family.ts";

const strides = [8, 16, 32];
/** Bins of the distribution that a side's distance is the mean of. */
const bins = 8;

const gridOf = ({ width, height }: Head, stride: number) => ({
  columns: Math.ceil(width / stride),
  cells: Math.ceil(width / stride) * Math.ceil(height / stride),
});

/**
 * NanoDet: for strides 8, 16, 32 first the class scores [N, cells, C], then for the same strides the distances
 * [N, cells, 4 · 8]. A distance is the mean of a softmax over 8 bins, times the stride (generalised focal loss, Li et
 * al., 2020); the centre of cell x is x · stride + (stride − 1) / 2.
 */
export const nanodet: Adapter = {
  preprocess: {
    fit: "letterbox-centre",
    channels: "BGR",
    scale: 1,
    mean: [103.53, 116.28, 123.675],
    std: [57.375, 57.12, 58.395],
    pad: 0,
  },

  expected: (head) => [
    ...strides.map((s) => ({ dims: [gridOf(head, s).cells, head.classes], meaning: `cells of stride ${s}, classes` })),
    ...strides.map((s) => ({ dims: [gridOf(head, s).cells, 4 * bins], meaning: `cells of stride ${s}, 4 · ${bins}` })),
  ],

  decode(outputs, index, head) {
    const found: Detection[] = [];
    strides.forEach((stride, i) => {
      decodeStride(outputs[i]!, outputs[strides.length + i]!, index, stride, head, found);
    });
    return found;
  },
};

function decodeStride(
  scores: Tensor,
  distances: Tensor,
  index: number,
  stride: number,
  head: Head,
  found: Detection[],
): void {
  const score = imageOf(scores, index);
  const distance = imageOf(distances, index);
  const { columns, cells } = gridOf(head, stride);
  for (let cell = 0; cell < cells; cell++) {
    const classId = argmax(score, cell * head.classes, head.classes);
    const best = score[cell * head.classes + classId]!;
    if (best < head.floor) continue;
    const cx = (cell % columns) * stride + (stride - 1) / 2;
    const cy = Math.floor(cell / columns) * stride + (stride - 1) / 2;
    const side = (n: number) => meanBin(distance, (cell * 4 + n) * bins) * stride;
    found.push({ x1: cx - side(0), y1: cy - side(1), x2: cx + side(2), y2: cy + side(3), score: best, classId });
  }
}

/** Expectation of the bin's index under the softmax of the logits that begin at `start`. */
function meanBin(logits: Float32Array, start: number): number {
  const largest = logits[start + argmax(logits, start, bins)]!;
  let total = 0;
  let weighted = 0;
  for (let bin = 0; bin < bins; bin++) {
    const weight = Math.exp(logits[start + bin]! - largest);
    total += weight;
    weighted += bin * weight;
  }
  return weighted / total;
}
