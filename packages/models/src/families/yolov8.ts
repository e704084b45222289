import type { Detection } from "@sluice/vision";
import { type Adapter, centred, imageOf, ones, zeros } from "./family.ts";

/**
 * YOLOv8 and later heads of its layout: [N, 4 + C, boxes], rows cx, cy, w, h in input pixels and one row of
 * probabilities a class.
 */
export const yolov8: Adapter = {
  preprocess: { fit: "letterbox-centre", channels: "RGB", scale: 1 / 255, mean: zeros, std: ones, pad: 114 },

  expected: ({ classes }) => [{ dims: [4 + classes, undefined], meaning: `4 + ${classes} classes, boxes` }],

  decode(outputs, index, head) {
    const values = imageOf(outputs[0]!, index);
    const count = outputs[0]!.dims[2]!;
    const { score, classId } = bestClasses(values, count, head.classes);
    const found: Detection[] = [];
    for (let i = 0; i < count; i++) {
      if (score[i]! < head.floor) continue;
      const [cx, cy, width, height] = [0, 1, 2, 3].map((row) => values[row * count + i]!) as [
        number,
        number,
        number,
        number,
      ];
      found.push(centred(cx, cy, width, height, score[i]!, classId[i]!));
    }
    return found;
  },
};

/** Each box's best class, going along the rows as they lie in memory. */
function bestClasses(values: Float32Array, count: number, classes: number) {
  const score = values.slice(4 * count, 5 * count);
  const classId = new Uint16Array(count);
  for (let c = 1; c < classes; c++) {
    const row = (4 + c) * count;
    for (let i = 0; i < count; i++) {
      if (values[row + i]! > score[i]!) {
        score[i] = values[row + i]!;
        classId[i] = c;
      }
    }
  }
  return { score, classId };
}
