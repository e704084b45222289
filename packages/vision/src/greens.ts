import type { Picture } from "./frame.ts";

const samplesPerSide = 4;
/** Samples of green (a stand-in for luma) in each sum of {@link greens}. */
export const samplesPerCell = samplesPerSide ** 2;

/** Green of a picture divided into cells: a sum of 4 × 4 samples each, row by row. Every frame passes here, twice. */
export function greens({ width, height, data }: Picture, columns: number, rows: number): Uint16Array {
  const sums = new Uint16Array(columns * rows);
  const across = samplesAlong(width, columns);
  const down = samplesAlong(height, rows);
  for (let y = 0; y < down.length; y++) {
    const line = 3 * width * down[y]! + 1;
    const first = columns * Math.floor(y / samplesPerSide);
    for (let column = 0, x = 0; column < columns; column++) {
      let sum = 0;
      for (let i = 0; i < samplesPerSide; i++, x++) sum += data[line + 3 * across[x]!]!;
      sums[first + column]! += sum;
    }
  }
  return sums;
}

/** Pixels of a side that are looked at, as evenly as whole pixels allow. */
function samplesAlong(length: number, cells: number): Int32Array {
  const at = new Int32Array(cells * samplesPerSide);
  for (let i = 0; i < at.length; i++) at[i] = Math.floor(((i + 0.5) * length) / at.length);
  return at;
}
