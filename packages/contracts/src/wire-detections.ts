import type { Detection } from "@sluice/vision";
import type { WireDetections } from "./offload.ts";

const tenth = (pixels: number) => Math.round(pixels * 10) / 10;
const thousandth = (score: number) => Math.round(score * 1000) / 1000;

/** Detections as they travel: coordinates to a tenth of a pixel, scores to a thousandth, only the classes in use. */
export function toWire(detections: readonly Detection[], classes: readonly string[]): WireDetections {
  const used = [...new Set(detections.map((d) => d.classId))].toSorted((a, b) => a - b);
  const indexOf = new Map(used.map((classId, index) => [classId, index]));
  return {
    classes: used.map((classId) => classes[classId] ?? `class-${classId}`),
    boxes: detections.map((d) => [
      tenth(d.x1),
      tenth(d.y1),
      tenth(d.x2),
      tenth(d.y2),
      thousandth(d.score),
      indexOf.get(d.classId)!,
    ]),
  };
}

/** Detections from the wire in terms of `classes`, scaled by the two factors; boxes of other classes are left out. */
export function fromWire(wire: WireDetections, classes: readonly string[], scaleX = 1, scaleY = 1): Detection[] {
  const ids = wire.classes.map((name) => classes.indexOf(name));
  return wire.boxes
    .filter((box) => ids[box[5]]! >= 0)
    .map(([x1, y1, x2, y2, score, index]) => ({
      x1: x1 * scaleX,
      y1: y1 * scaleY,
      x2: x2 * scaleX,
      y2: y2 * scaleY,
      score,
      classId: ids[index]!,
    }));
}
