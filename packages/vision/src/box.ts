/** An axis-aligned box in pixels of the picture it belongs to: `x1 <= x2`, `y1 <= y2`. */
export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** A box that a model saw: `score` in [0, 1], `classId` an index into the model's class list. */
export interface Detection extends Box {
  readonly score: number;
  readonly classId: number;
}

export const area = (b: Box): number => (b.x2 - b.x1) * (b.y2 - b.y1);

/** Intersection over union, in [0, 1]; 0 where either box is empty, or so small that its area vanishes. */
export function iou(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  if (width <= 0) return 0;
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (height <= 0) return 0;
  const overlap = width * height;
  const union = area(a) + area(b) - overlap;
  return union > 0 ? overlap / union : 0;
}

/** The box cut to a picture of `width` × `height` pixels. */
export function clip(box: Detection, width: number, height: number): Detection {
  const x1 = Math.min(Math.max(box.x1, 0), width);
  const y1 = Math.min(Math.max(box.y1, 0), height);
  const [x2, y2] = [Math.max(x1, Math.min(box.x2, width)), Math.max(y1, Math.min(box.y2, height))];
  return { x1, y1, x2, y2, score: box.score, classId: box.classId };
}
