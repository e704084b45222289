import type { Box, Detection } from "@sluice/vision";

/** Pixels a second, of a box's centre. */
export interface Motion {
  readonly velocityX: number;
  readonly velocityY: number;
}

export const centreX = (b: Box): number => (b.x1 + b.x2) / 2;
export const centreY = (b: Box): number => (b.y1 + b.y2) / 2;

/** The box after `seconds` of that motion. */
export function moved(box: Detection, { velocityX, velocityY }: Motion, seconds: number): Detection {
  const [dx, dy] = [velocityX * seconds, velocityY * seconds];
  const { x1, y1, x2, y2, score, classId } = box;
  return { x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy, score, classId };
}

/** How the edge misjudges an object that is at `box`: sides of the box minus the edge's, in the edge's width and height. */
export const misjudged = (box: Box, edge: Box): Box => ({
  x1: (box.x1 - edge.x1) * (1 / widthOf(edge)),
  y1: (box.y1 - edge.y1) * (1 / heightOf(edge)),
  x2: (box.x2 - edge.x2) * (1 / widthOf(edge)),
  y2: (box.y2 - edge.y2) * (1 / heightOf(edge)),
});

/** Where an object is that the edge, which misjudges it by `offset`, sees at `edge`; at least one pixel wide and high. */
export function corrected(edge: Box, offset: Box): Box {
  const [width, height] = [widthOf(edge), heightOf(edge)];
  const x1 = edge.x1 + offset.x1 * width;
  const y1 = edge.y1 + offset.y1 * height;
  return {
    x1,
    y1,
    x2: Math.max(x1 + 1, edge.x2 + offset.x2 * width),
    y2: Math.max(y1 + 1, edge.y2 + offset.y2 * height),
  };
}

/** The box after a `share` of the way to `target`, at least one pixel wide and high, called what `as` is called. */
export function towards(box: Box, target: Box, share: number, { score, classId }: Detection): Detection {
  const x1 = box.x1 + (target.x1 - box.x1) * share;
  const y1 = box.y1 + (target.y1 - box.y1) * share;
  const x2 = Math.max(x1 + 1, box.x2 + (target.x2 - box.x2) * share);
  const y2 = Math.max(y1 + 1, box.y2 + (target.y2 - box.y2) * share);
  return { x1, y1, x2, y2, score, classId };
}

const widthOf = ({ x1, x2 }: Box): number => Math.max(1, x2 - x1);
const heightOf = ({ y1, y2 }: Box): number => Math.max(1, y2 - y1);
