/** Corners in shares of a picture's width and height, each in [0, 1]. */
export type Polygon = readonly (readonly [number, number])[];

/**
 * Whether a point lies in a polygon or on its border: its winding number is not 0 (Hormann and Agathos, "The point in
 * polygon problem for arbitrary polygons", 2001), so where a polygon crosses itself both sides are in it.
 */
export function contains(polygon: Polygon, x: number, y: number): boolean {
  let winding = 0;
  for (const [i, [x1, y1]] of polygon.entries()) {
    const [x2, y2] = polygon[(i + 1) % polygon.length]!;
    const side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);
    if (side === 0 && between(x, x1, x2) && between(y, y1, y2)) return true;
    if (y1 <= y && y2 > y && side > 0) winding++;
    if (y2 <= y && y1 > y && side < 0) winding--;
  }
  return winding !== 0;
}

const between = (value: number, a: number, b: number): boolean => Math.min(a, b) <= value && value <= Math.max(a, b);
