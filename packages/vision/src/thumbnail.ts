import type { Picture } from "./frame.ts";
import { greens, samplesPerCell } from "./greens.ts";

/** Cells of a thumbnail: enough to notice something entering, small enough to compare at every frame. */
export const thumbnailColumns = 32;
export const thumbnailRows = 18;

/** Mean green of each cell; row by row, 0 to 255. */
export function thumbnail(picture: Picture): Uint8Array {
  const sums = greens(picture, thumbnailColumns, thumbnailRows);
  const cells = new Uint8Array(sums.length);
  for (let i = 0; i < cells.length; i++) cells[i] = sums[i]! / samplesPerCell;
  return cells;
}

/** Share of cells that differ by more than `step` grey levels after the change that most cells share is taken out. */
export function changedShare(before: Uint8Array, after: Uint8Array, step = 12): number {
  const shift = medianDifference(before, after);
  let changed = 0;
  for (let i = 0; i < after.length; i++) if (Math.abs(after[i]! - before[i]! - shift) > step) changed++;
  return changed / after.length;
}

/** By counting: differences of two bytes are few. A mean would take a large object for a change of light. */
function medianDifference(before: Uint8Array, after: Uint8Array): number {
  const counts = new Uint16Array(511);
  for (let i = 0; i < after.length; i++) counts[after[i]! - before[i]! + 255]!++;
  let seen = 0;
  let bin = 0;
  while (bin < counts.length - 1 && (seen += counts[bin]!) < after.length / 2) bin++;
  return bin - 255;
}
