import type { Box } from "./box.ts";
import type { Part } from "./frame.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Share of a region's width, and of its height, that lies too near a cut for what is there to be seen whole. */
export const cutShare = 0.1;

/**
 * The part of a region in which things are seen whole: less a margin along each side that cuts through the picture. Where
 * the region ends with the picture there is no cut, and boxes may reach beyond.
 */
export function coreOf({ x1, y1, x2, y2 }: Box, { width, height }: Size): Box {
  const [marginX, marginY] = [cutShare * (x2 - x1), cutShare * (y2 - y1)];
  return {
    x1: x1 <= 0 ? Number.NEGATIVE_INFINITY : x1 + marginX,
    y1: y1 <= 0 ? Number.NEGATIVE_INFINITY : y1 + marginY,
    x2: x2 >= width ? Number.POSITIVE_INFINITY : x2 - marginX,
    y2: y2 >= height ? Number.POSITIVE_INFINITY : y2 - marginY,
  };
}

/** Whether the box lies in `outer`, sides included. */
export const within = (box: Box, outer: Box): boolean =>
  box.x1 >= outer.x1 && box.y1 >= outer.y1 && box.x2 <= outer.x2 && box.y2 <= outer.y2;

/** Where the `region` of a frame of that size lies once it was made `width` pixels wide. */
export function partAt({ x1, y1, x2 }: Box, frame: Size, width: number): Part {
  const scale = width / (x2 - x1);
  return {
    left: Math.round(x1 * scale),
    top: Math.round(y1 * scale),
    width: Math.round(frame.width * scale),
    height: Math.round(frame.height * scale),
  };
}
