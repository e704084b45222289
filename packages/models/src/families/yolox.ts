import type { Detection } from "@sluice/vision";
import { type Adapter, argmax, centred, type Head, imageOf, ones, zeros } from "./family.ts";

const strides = [8, 16, 32];

const cellsAt = ({ width, height }: Head, stride: number) => Math.floor(width / stride) * Math.floor(height / stride);

/**
 * YOLOX (Ge et al., 2021) without its decoding in the graph: [N, cells, 5 + C] over strides 8, 16, 32; a row is dx, dy,
 * log w, log h, objectness, class scores. Centre (dx + x) · stride, size exp(·) · stride, score objectness · class.
 */
export const yolox: Adapter = {
  preprocess: { fit: "letterbox-top-left", channels: "BGR", scale: 1, mean: zeros, std: ones, pad: 114 },

  expected: (head) => [
    {
      dims: [strides.reduce((sum, stride) => sum + cellsAt(head, stride), 0), 5 + head.classes],
      meaning: `cells of strides ${strides.join(", ")}, 5 + ${head.classes} classes`,
    },
  ],

  decode(outputs, index, head) {
    const values = imageOf(outputs[0]!, index);
    const found: Detection[] = [];
    let start = 0;
    for (const stride of strides) start = decodeStride(values, start, stride, head, found);
    return found;
  },
};

/** Appends the detections of one stride, whose rows begin at `start`; returns where the next stride's begin. */
function decodeStride(values: Float32Array, start: number, stride: number, head: Head, found: Detection[]): number {
  const columns = Math.floor(head.width / stride);
  const cells = cellsAt(head, stride);
  const row = 5 + head.classes;
  for (let cell = 0, at = start; cell < cells; cell++, at += row) {
    const objectness = values[at + 4]!;
    if (objectness < head.floor) continue;
    const classId = argmax(values, at + 5, head.classes);
    const score = objectness * values[at + 5 + classId]!;
    if (score < head.floor) continue;
    const cx = (values[at]! + (cell % columns)) * stride;
    const cy = (values[at + 1]! + Math.floor(cell / columns)) * stride;
    found.push(centred(cx, cy, Math.exp(values[at + 2]!) * stride, Math.exp(values[at + 3]!) * stride, score, classId));
  }
  return start + cells * row;
}
