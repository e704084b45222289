import { type Box, cutShare } from "@sluice/vision";

/** Sides of a region lie on multiples of this: blocks of a JPEG with halved colour are 16 pixels wide and high. */
export const gridPixels = 16;
/** A region has at least this share of the picture's width, and of its height: a model needs to see surroundings. */
export const leastSide = 0.4;
/** What the margins may grow by when sides are moved to the grid. */
const slackPixels = 4 * gridPixels * cutShare;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The smallest region, in whole pixels, that shows `box` whole and is not below the least size. */
export function regionAround({ x1, y1, x2, y2 }: Box, { width, height }: Size): Box {
  const [left, right] = span(x1, x2, width);
  const [top, bottom] = span(y1, y2, height);
  return { x1: left, y1: top, x2: right, y2: bottom };
}

/** Ends of a region along one side of the picture, `length` pixels long. */
function span(from: number, to: number, length: number): [number, number] {
  const least = Math.ceil(leastSide * length);
  const half = Math.max(least, (to - from) / (1 - 2 * cutShare) + slackPixels) / 2;
  const middle = (from + to) / 2;
  const begin = Math.max(0, gridPixels * Math.floor((middle - half) / gridPixels));
  const end = Math.min(length, gridPixels * Math.ceil((middle + half) / gridPixels));
  if (end - begin >= least) return [begin, end];
  return begin === 0
    ? [0, Math.min(length, gridPixels * Math.ceil(least / gridPixels))]
    : [gridPixels * Math.floor((length - least) / gridPixels), length];
}

/** What both boxes lie in. */
export const union = (a: Box, b: Box): Box => ({
  x1: Math.min(a.x1, b.x1),
  y1: Math.min(a.y1, b.y1),
  x2: Math.max(a.x2, b.x2),
  y2: Math.max(a.y2, b.y2),
});
