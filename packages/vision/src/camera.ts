import type { Box } from "./box.ts";

/**
 * How the picture as a whole lies against the frame before it: the middle moved by `x` of its width and `y` of its height,
 * and around it all grew by the share `zoom` and turned by `turn` radians, clockwise.
 */
export interface CameraMotion {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly turn: number;
}

export const still: CameraMotion = { x: 0, y: 0, zoom: 0, turn: 0 };

/** Where a thing that stands still, and was at `box` in the frame before, is now. */
export function carriedBy<T extends Box>(camera: CameraMotion, box: T, width: number, height: number): T {
  if (camera === still) return box;
  const { x, y, zoom, turn } = camera;
  const [fromX, fromY] = [(box.x1 + box.x2 - width) / 2, (box.y1 + box.y2 - height) / 2];
  const [dx, dy] = [x * width + zoom * fromX - turn * fromY, y * height + zoom * fromY + turn * fromX];
  const [growX, growY] = [(zoom * (box.x2 - box.x1)) / 2, (zoom * (box.y2 - box.y1)) / 2];
  return { ...box, x1: box.x1 + dx - growX, y1: box.y1 + dy - growY, x2: box.x2 + dx + growX, y2: box.y2 + dy + growY };
}
