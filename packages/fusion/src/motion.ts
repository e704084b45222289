import type { Box } from "@sluice/vision";

/** Pixels a second, of a box's centre. */
export interface Motion {
  readonly velocityX: number;
  readonly velocityY: number;
}

export const centreX = (b: Box): number => (b.x1 + b.x2) / 2;
export const centreY = (b: Box): number => (b.y1 + b.y2) / 2;

/** The box after `seconds` of that motion. */
export function moved<B extends Box>(box: B, { velocityX, velocityY }: Motion, seconds: number): B {
  const [dx, dy] = [velocityX * seconds, velocityY * seconds];
  return { ...box, x1: box.x1 + dx, y1: box.y1 + dy, x2: box.x2 + dx, y2: box.y2 + dy };
}

/** Side by side: how far `a` lies from `b`. */
export const difference = (a: Box, b: Box): Box => ({
  x1: a.x1 - b.x1,
  y1: a.y1 - b.y1,
  x2: a.x2 - b.x2,
  y2: a.y2 - b.y2,
});

export const scaled = (b: Box, horizontally: number, vertically: number): Box => ({
  x1: b.x1 * horizontally,
  y1: b.y1 * vertically,
  x2: b.x2 * horizontally,
  y2: b.y2 * vertically,
});

/** The box with its sides shifted by `offset`, at least one pixel wide and high. */
export function placed<B extends Box>(box: B, offset: Box): B {
  const x1 = box.x1 + offset.x1;
  const y1 = box.y1 + offset.y1;
  return { ...box, x1, y1, x2: Math.max(x1 + 1, box.x2 + offset.x2), y2: Math.max(y1 + 1, box.y2 + offset.y2) };
}
