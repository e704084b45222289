import { type Taps, weightBits } from "./taps.ts";

const one = 1 << weightBits;
/** Bits that a horizontally resized value drops, so that it fits into 15. */
const dropped = 4;
/** Bits that a vertical product drops: two are left below a level, for rounding. */
const product = 2 * weightBits - dropped - 2;

/** Where a picture's pixels go in a tensor: `tensor[plane[c] + offset + x] = table[256 · c + pixel]`. */
export interface Planes {
  /** First element of red's, green's and blue's plane. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** 3 × 256 values: what each level of red, green and blue becomes. */
  readonly table: Float32Array;
}

/** One row of RGB pixels interpolated along x: `out` gets 3 values a target column, in units of 1/128 level. */
export function resizeRow(source: Uint8Array, rowStart: number, columns: Taps, out: Int16Array): void {
  const { first, second, weight } = columns;
  const count = first.length;
  for (let x = 0, o = 0; x < count; x++, o += 3) {
    const a = rowStart + first[x]!;
    const b = rowStart + second[x]!;
    const right = weight[x]!;
    const left = one - right;
    out[o] = (Math.imul(source[a]!, left) + Math.imul(source[b]!, right)) >> dropped;
    out[o + 1] = (Math.imul(source[a + 1]!, left) + Math.imul(source[b + 1]!, right)) >> dropped;
    out[o + 2] = (Math.imul(source[a + 2]!, left) + Math.imul(source[b + 2]!, right)) >> dropped;
  }
}

/**
 * Mixes two resized rows into one tensor row. Each product is cut to quarters of a level before the sum is rounded,
 * which is how OpenCV's 8-bit INTER_LINEAR comes to its levels: the same bits dropped, the same level, always.
 */
export function mixRows(
  top: Int16Array,
  bottom: Int16Array,
  lower: number,
  width: number,
  to: Float32Array,
  offset: number,
  planes: Planes,
): void {
  const { table } = planes;
  const upper = one - lower;
  let red = planes.red + offset;
  let green = planes.green + offset;
  let blue = planes.blue + offset;
  for (let i = 0, end = 3 * width; i < end; i += 3) {
    const r = (Math.imul(top[i]!, upper) >> product) + (Math.imul(bottom[i]!, lower) >> product);
    const g = (Math.imul(top[i + 1]!, upper) >> product) + (Math.imul(bottom[i + 1]!, lower) >> product);
    const b = (Math.imul(top[i + 2]!, upper) >> product) + (Math.imul(bottom[i + 2]!, lower) >> product);
    to[red++] = table[(r + 2) >> 2]!;
    to[green++] = table[256 + ((g + 2) >> 2)]!;
    to[blue++] = table[512 + ((b + 2) >> 2)]!;
  }
}

/** One row that needs no resizing. */
export function copyRow(
  source: Uint8Array,
  rowStart: number,
  width: number,
  to: Float32Array,
  offset: number,
  planes: Planes,
): void {
  const { table } = planes;
  let red = planes.red + offset;
  let green = planes.green + offset;
  let blue = planes.blue + offset;
  for (let i = rowStart, end = rowStart + 3 * width; i < end; i += 3) {
    to[red++] = table[source[i]!]!;
    to[green++] = table[256 + source[i + 1]!]!;
    to[blue++] = table[512 + source[i + 2]!]!;
  }
}
