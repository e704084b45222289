import type { Box } from "./box.ts";
import { contains, type Polygon } from "./polygon.ts";

/** Cells along each side of the picture: polygons are drawn on them once, and boxes measured in no time. */
const side = 128;

/**
 * Measures which share of a box lies in any of the polygons, 0 to 1, to within a cell along its sides; of what lies beyond the
 * `width` × `height` picture nothing counts. A summed-area table (Crow, "Summed-area tables for texture mapping", 1984).
 */
export function coverOf(polygons: readonly Polygon[], width: number, height: number): (box: Box) => number {
  const sums = sumsOf(polygons);
  return ({ x1, y1, x2, y2 }) => {
    const [left, right] = cells(x1 / width, x2 / width);
    const [top, bottom] = cells(y1 / height, y2 / height);
    const at = (x: number, y: number) => sums[y * (side + 1) + x]!;
    const covered = at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
    return covered / ((right - left) * (bottom - top));
  };
}

/** At each corner of a cell how many cells above and left of it have their middle in a polygon. */
function sumsOf(polygons: readonly Polygon[]): Uint16Array {
  const sums = new Uint16Array((side + 1) ** 2);
  for (let y = 0; y < side; y++) {
    for (let x = 0, row = 0; x < side; x++) {
      if (polygons.some((polygon) => contains(polygon, (x + 0.5) / side, (y + 0.5) / side))) row++;
      sums[(y + 1) * (side + 1) + x + 1] = sums[y * (side + 1) + x + 1]! + row;
    }
  }
  return sums;
}

/** The cells from one place to another, in shares of the side: at least one, within the picture. */
function cells(from: number, to: number): [number, number] {
  const first = Math.min(side - 1, Math.max(0, Math.floor(from * side)));
  return [first, Math.min(side, Math.max(first + 1, Math.ceil(to * side)))];
}
