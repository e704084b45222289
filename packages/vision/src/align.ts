import type { Grey } from "./grey.ts";

/**
 * How a picture lies against another: its middle is off by `x` and `y` cells, and around it all is larger by the share
 * `zoom` and turned by `turn` radians, clockwise. Both are taken to be small.
 */
export interface Alignment {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly turn: number;
}

export const aligned: Alignment = { x: 0, y: 0, zoom: 0, turn: 0 };

/** Grey levels, beside the change of light, from which a difference is taken for something else that moves. */
const outlier = 12;
const mostSteps = 3;
/** A step below this many cells ends the search. */
const smallStep = 0.01;
/** No step follows less curvature than this: a plain picture says nothing. */
const leastCurvature = 1;
/** Unknowns of a step: x, y, zoom, turn, light. */
const unknowns = 5;

/** Finds how `after` lies against `before`, both as pyramids: roughly where they are coarse, then ever more finely. */
export function align(before: readonly Grey[], after: readonly Grey[]): Alignment {
  let found = aligned;
  for (const [level, picture] of before.entries()) {
    const scale = level > 0 ? 2 : 1;
    found = refine(picture, after[level]!, { ...found, x: found.x * scale, y: found.y * scale });
  }
  return found;
}

/**
 * Gauss-Newton on the grey levels, with one offset of all levels for a change of light, in which what does not fit counts
 * for less (Geman-McClure weights; Black and Anandan, "The Robust Estimation of Multiple Motions", 1996).
 */
function refine(before: Grey, after: Grey, start: Alignment): Alignment {
  let found = start;
  let brighter = overlay(before, after, found);
  let light = mean(brighter);
  for (let i = 0; i < mostSteps; i++) {
    const step = stepFrom(before, brighter, light);
    if (!step) break;
    const [x, y, zoom, turn, more] = step as [number, number, number, number, number];
    found = { x: found.x + x, y: found.y + y, zoom: found.zoom + zoom, turn: found.turn + turn };
    light += more;
    if (Math.abs(x) + Math.abs(y) < smallStep) break;
    brighter = overlay(before, after, found);
  }
  return found;
}

function stepFrom(before: Grey, brighter: Float32Array, light: number): number[] | undefined {
  const matrix = new Float64Array(unknowns * unknowns);
  const right = new Float64Array(unknowns);
  const slopes = new Float64Array(unknowns);
  const { width, height, data } = before;
  for (let row = 1; row < height - 1; row++) {
    const y = row - (height - 1) / 2;
    for (let column = 1; column < width - 1; column++) {
      const cell = row * width + column;
      const difference = brighter[cell]! - light;
      if (Number.isNaN(difference)) continue;
      const x = column - (width - 1) / 2;
      const slopeX = (data[cell + 1]! - data[cell - 1]!) / 2;
      const slopeY = (data[cell + width]! - data[cell - width]!) / 2;
      slopes[0] = slopeX;
      slopes[1] = slopeY;
      slopes[2] = slopeX * x + slopeY * y;
      slopes[3] = slopeY * x - slopeX * y;
      slopes[4] = -1;
      add(matrix, right, slopes, (1 - doubt(difference)) ** 2, difference);
    }
  }
  return solved(matrix, right);
}

/** One cell's part of the normal equations. */
function add(matrix: Float64Array, right: Float64Array, slopes: Float64Array, weight: number, difference: number) {
  for (let i = 0; i < unknowns; i++) {
    const weighted = weight * slopes[i]!;
    right[i]! -= weighted * difference;
    for (let j = 0; j <= i; j++) matrix[i * unknowns + j]! += weighted * slopes[j]!;
  }
}

/** Solves a symmetric system of which the lower half is given, by Cholesky; undefined where it is all but singular. */
function solved(matrix: Float64Array, right: Float64Array): number[] | undefined {
  const n = right.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      if (i === j && sum < leastCurvature) return undefined;
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j]!;
    }
  }
  const x = Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= matrix[i * n + k]! * x[k]!;
    x[i]! /= matrix[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= matrix[k * n + i]! * x[k]!;
    x[i]! /= matrix[i * n + i]!;
  }
  return x;
}

/** How badly pictures so aligned fit, part by part: 0 perfectly, 1 not at all, or nothing lies there any more. */
export function misfits(before: Grey, after: Grey, at: Alignment, columns: number, rows: number): Float64Array {
  const { width, height } = before;
  const brighter = overlay(before, after, at);
  const light = mean(brighter);
  const sums = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  for (let cell = 0; cell < brighter.length; cell++) {
    const difference = brighter[cell]! - light;
    if (Number.isNaN(difference)) continue;
    const row = Math.floor((Math.floor(cell / width) * rows) / height);
    const part = row * columns + Math.floor(((cell % width) * columns) / width);
    sums[part]! += doubt(difference);
    counts[part]!++;
  }
  return sums.map((sum, part) => (counts[part]! > 0 ? sum / counts[part]! : 1));
}

/** How little a difference of levels speaks for an alignment, 0 to 1. */
const doubt = (difference: number): number => 1 - 1 / (1 + (difference / outlier) ** 2);

/** By how much `after` is brighter, cell by cell; NaN where not both show the same, and along the border. */
function overlay(before: Grey, after: Grey, { x, y, zoom, turn }: Alignment): Float32Array {
  const { width, height, data } = before;
  const brighter = new Float32Array(data.length).fill(Number.NaN);
  for (let row = 1; row < height - 1; row++) {
    const fromY = row - (height - 1) / 2;
    for (let column = 1; column < width - 1; column++) {
      const fromX = column - (width - 1) / 2;
      const toX = column + x + zoom * fromX - turn * fromY;
      const toY = row + y + turn * fromX + zoom * fromY;
      if (!(toX >= 0 && toY >= 0 && toX < width - 1 && toY < height - 1)) continue;
      brighter[row * width + column] = levelAt(after, toX, toY) - data[row * width + column]!;
    }
  }
  return brighter;
}

/** The level between cells, by how near they are. */
function levelAt({ width, data }: Grey, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const shareX = x - column;
  const at = row * width + column;
  const upper = data[at]! + shareX * (data[at + 1]! - data[at]!);
  const lower = data[at + width]! + shareX * (data[at + width + 1]! - data[at + width]!);
  return upper + (y - row) * (lower - upper);
}

function mean(brighter: Float32Array): number {
  let [sum, count] = [0, 0];
  for (let cell = 0; cell < brighter.length; cell++) {
    if (Number.isNaN(brighter[cell]!)) continue;
    sum += brighter[cell]!;
    count++;
  }
  return count > 0 ? sum / count : 0;
}
