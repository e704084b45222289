import { fromWire, type OffloadReply } from "@sluice/contracts";
import type { Model } from "@sluice/models";
import { type Box, type Detection, evidenceOf, type Part } from "@sluice/vision";

/** What of a frame was sent: the region in its pixels, and where that lies in a whole of the crop's scale. */
export interface Crop {
  readonly region: Box;
  readonly part: Part;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

type EdgeModel = Pick<Model, "task" | "classes">;

/** Whether a reply is an answer to what the edge model was asked; services of an earlier release do not say. */
export const fits = ({ task }: OffloadReply, model: EdgeModel): boolean => task === undefined || task === model.task;

/** What a reply says of a frame of that `size`, in its pixels and by the edge model's classes; what counts as an answer. */
export function cloudOf(reply: OffloadReply, { task, classes }: EdgeModel, size: Size, crop?: Crop): Detection[] {
  if (task === "classification" && !knowsBest(reply, classes)) return [];
  const isWhole = !crop || (reply.width === crop.part.width && reply.height === crop.part.height);
  const seen = isWhole ? { x1: 0, y1: 0, x2: size.width, y2: size.height } : crop.region;
  const [scaleX, scaleY] = [(seen.x2 - seen.x1) / reply.width, (seen.y2 - seen.y1) / reply.height];
  const found = fromWire(reply.detections, classes, scaleX, scaleY);
  return evidenceOf(task, found, reply.threshold).map((box) => (isWhole ? box : shifted(box, seen)));
}

/** Of a label that the edge model does not know, the next best is not the answer. */
function knowsBest({ detections }: OffloadReply, classes: readonly string[]): boolean {
  const [best] = detections.boxes;
  return best !== undefined && classes.includes(detections.classes[best[5]]!);
}

/** A cloud of an earlier release knows nothing of parts: it answers in pixels of the crop. */
const shifted = (box: Detection, { x1, y1 }: Box): Detection => ({
  ...box,
  x1: box.x1 + x1,
  y1: box.y1 + y1,
  x2: box.x2 + x1,
  y2: box.y2 + y1,
});
