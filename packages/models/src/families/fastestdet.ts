import type { Detection } from "@sluice/vision";
import { type Adapter, argmax, centred, imageOf, ones, zeros } from "./family.ts";

const objectnessPower = 0.6;
const classPower = 0.4;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * FastestDet: one map [N, 5 + C, h, w] of objectness, dx, dy, w, h, class probabilities. Centre ((x + tanh dx) / w, …) and
 * size sigmoid(·) as shares of the input; score objectness^0.6 · class^0.4.
 */
export const fastestdet: Adapter = {
  preprocess: { fit: "stretch", channels: "BGR", scale: 1 / 255, mean: zeros, std: ones, pad: 0 },

  expected: ({ classes }) => [
    { dims: [5 + classes, undefined, undefined], meaning: `5 + ${classes} classes, cell rows, cell columns` },
  ],

  decode(outputs, index, head) {
    const [, , rows, columns] = outputs[0]!.dims as [number, number, number, number];
    const map = imageOf(outputs[0]!, index);
    const cells = rows * columns;
    const leastObjectness = head.floor ** (1 / objectnessPower);
    const found: Detection[] = [];
    for (let cell = 0; cell < cells; cell++) {
      const objectness = map[cell]!;
      if (objectness < leastObjectness) continue;
      const classId = argmax(map, 5 * cells + cell, head.classes, cells);
      const score = objectness ** objectnessPower * map[(5 + classId) * cells + cell]! ** classPower;
      if (!(score >= head.floor)) continue;
      const cx = (((cell % columns) + Math.tanh(map[cells + cell]!)) / columns) * head.width;
      const cy = ((Math.floor(cell / columns) + Math.tanh(map[2 * cells + cell]!)) / rows) * head.height;
      const width = sigmoid(map[3 * cells + cell]!) * head.width;
      const height = sigmoid(map[4 * cells + cell]!) * head.height;
      found.push(centred(cx, cy, width, height, score, classId));
    }
    return found;
  },
};
