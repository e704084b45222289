import { fromWire, type OffloadReply } from "@sluice/contracts";
import { type Box, type Detection, type Part } from "@sluice/vision";

/** What of a frame was sent: the region in its pixels, and where that lies in a whole of the crop's scale. */
export interface Crop {
  readonly region: Box;
  readonly part: Part;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a reply says of a frame of that `size`, in its pixels and by the edge model's classes; what counts as an answer. */
export function cloudOf(reply: OffloadReply, classes: readonly string[], size: Size, crop?: Crop): Detection[] {
  const isWhole = !crop || (reply.width === crop.part.width && reply.height === crop.part.height);
  const seen = isWhole ? { x1: 0, y1: 0, x2: size.width, y2: size.height } : crop.region;
  const [scaleX, scaleY] = [(seen.x2 - seen.x1) / reply.width, (seen.y2 - seen.y1) / reply.height];
  return fromWire(reply.detections, classes, scaleX, scaleY)
    .filter(({ score }) => score >= reply.threshold)
    .map((box) => (isWhole ? box : shifted(box, seen)));
}

/** A cloud of an earlier release knows nothing of parts: it answers in pixels of the crop. */
const shifted = (box: Detection, { x1, y1 }: Box): Detection => ({
  ...box,
  x1: box.x1 + x1,
  y1: box.y1 + y1,
  x2: box.x2 + x1,
  y2: box.y2 + y1,
});
