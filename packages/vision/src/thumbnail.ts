import type { Picture } from "./frame.ts";

/** Cells of a thumbnail: enough to notice something entering, small enough to compare at every frame. */
export const thumbnailColumns = 32;
export const thumbnailRows = 18;
const samplesPerSide = 4;

/** Mean green (a stand-in for luma) of each cell, from 4 × 4 samples a cell; row by row, 0 to 255. */
export function thumbnail(picture: Picture): Uint8Array {
  const { width, height, data } = picture;
  const cells = new Uint8Array(thumbnailColumns * thumbnailRows);
  const columns = thumbnailColumns * samplesPerSide;
  const rows = thumbnailRows * samplesPerSide;
  const sums = new Uint16Array(cells.length);
  for (let row = 0; row < rows; row++) {
    const line = Math.floor(((row + 0.5) * height) / rows) * width;
    const cellRow = Math.floor(row / samplesPerSide) * thumbnailColumns;
    for (let column = 0; column < columns; column++) {
      const pixel = line + Math.floor(((column + 0.5) * width) / columns);
      sums[cellRow + Math.floor(column / samplesPerSide)]! += data[pixel * 3 + 1]!;
    }
  }
  for (let i = 0; i < cells.length; i++) cells[i] = sums[i]! / samplesPerSide ** 2;
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
