import type { TraceHeader } from "@sluice/contracts";
import { area, type Box, clip, type Detection } from "@sluice/vision";
import { replyOf } from "./score.ts";
import type { TraceFrame } from "./trace.ts";

/** A crop of a frame as it was sent, and what the cloud answered to it, in pixels of the frame. */
export interface Crop {
  readonly pictureBytes: number;
  readonly reply: readonly Detection[];
}

/** Makes the crop of a frame to a `region`, at a rung. */
export type Cropper = (frame: TraceFrame, rung: number, region: Box) => Crop;

/** What a JPEG takes however small its picture. */
const headerBytes = 500;
/** Share of a thing that must be in a crop for the cloud to see it there. */
const seenShare = 0.3;

/**
 * A trace knows nothing of crops. So the cloud's answer to one is taken to be that to the whole, cut to the region; and
 * its bytes the region's share of the picture's, beyond the JPEG's tables.
 */
export const guessedCrops =
  (header: TraceHeader): Cropper =>
  (frame, rung, region) => {
    const { width, height } = header.streams[frame.stream]!;
    const beyond = Math.max(0, frame.bytes[rung]! - headerBytes);
    const pictureBytes = Math.ceil(headerBytes + (beyond * area(region)) / (width * height));
    return { pictureBytes, reply: cutTo(region, replyOf(header, frame, rung)) };
  };

function cutTo({ x1, y1, x2, y2 }: Box, boxes: readonly Detection[]): Detection[] {
  return boxes
    .map((box) => ({ box, cut: shifted(clip(shifted(box, -x1, -y1), x2 - x1, y2 - y1), x1, y1) }))
    .filter(({ box, cut }) => area(cut) > 0 && area(cut) >= seenShare * area(box))
    .map(({ cut }) => cut);
}

const shifted = <B extends Box>(box: B, dx: number, dy: number): B => ({
  ...box,
  x1: box.x1 + dx,
  y1: box.y1 + dy,
  x2: box.x2 + dx,
  y2: box.y2 + dy,
});
