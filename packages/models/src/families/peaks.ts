import type { Detection } from "@sluice/vision";
import { type Adapter, imageOf, named, ones, zeros } from "./family.ts";

/**
 * The embedded pair: `scores` [N, C, h, w] where only local maxima are not 0, and `boxes` [N, 4, h, w], the distances
 * left, top, right, bottom from the cell's centre in input pixels. The centre of cell (x, y) is at
 * ((x + 0.5) · stride, (y + 0.5) · stride) with stride = input width / w.
 */
export const peaks: Adapter = {
  preprocess: { fit: "letterbox-top-left", channels: "RGB", scale: 1 / 255, mean: zeros, std: ones, pad: 114 },

  expected: ({ classes }) => [
    { name: "scores", dims: [classes, undefined, undefined], meaning: "classes, cell rows, cell columns" },
    { name: "boxes", dims: [4, undefined, undefined], meaning: "4 distances, cell rows, cell columns" },
  ],

  decode(outputs, index, head) {
    const [, classes, rows, columns] = named(outputs, "scores").dims as [number, number, number, number];
    const scores = imageOf(named(outputs, "scores"), index);
    const boxes = imageOf(named(outputs, "boxes"), index);
    const strideX = head.width / columns;
    const strideY = head.height / rows;
    const cells = rows * columns;
    const found: Detection[] = [];
    for (let at = 0; at < classes * cells; at++) {
      const score = scores[at]!;
      if (score < head.floor || score <= 0) continue;
      const cell = at % cells;
      const cx = ((cell % columns) + 0.5) * strideX;
      const cy = (Math.floor(cell / columns) + 0.5) * strideY;
      found.push({
        x1: cx - boxes[cell]!,
        y1: cy - boxes[cells + cell]!,
        x2: cx + boxes[2 * cells + cell]!,
        y2: cy + boxes[3 * cells + cell]!,
        score,
        classId: Math.floor(at / cells),
      });
    }
    return found;
  },
};
