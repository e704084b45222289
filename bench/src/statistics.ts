import { invariant } from "@sluice/foundation";

/** The value below which a share `q` of the values lies, interpolated between neighbours (Hyndman and Fan's type 7). */
export function quantile(values: readonly number[], q: number): number {
  invariant(values.length > 0, "a quantile needs values");
  const sorted = values.toSorted((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Where the middle half of the values lies. */
export const middleHalf = (values: readonly number[]): [number, number] => [
  quantile(values, 0.25),
  quantile(values, 0.75),
];

export interface Line {
  readonly slope: number;
  /** Half the width of the slope's 95 % interval. */
  readonly margin: number;
}

/** Student's t at 97.5 % for 1, 2, 3 … degrees of freedom; beyond the table it is taken as normal. */
const student = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1,
];

/** Least-squares line through points whose errors are independent of each other. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  invariant(points.length > 2, "a line with an interval needs three points");
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sumXX = sum(points.map(([x]) => (x - meanX) ** 2));
  const slope = sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / sumXX;
  const left = sum(points.map(([x, y]) => (y - meanY - slope * (x - meanX)) ** 2));
  const freedom = points.length - 2;
  return { slope, margin: (student[freedom - 1] ?? 1.96) * Math.sqrt(left / freedom / sumXX) };
}

/** Means of `count` equal runs of points: neighbours in time resemble each other, such means hardly do. */
export function blockMeans(points: readonly (readonly [number, number])[], count: number): [number, number][] {
  const size = points.length / count;
  return Array.from({ length: count }, (_, i) => {
    const block = points.slice(Math.round(i * size), Math.round((i + 1) * size));
    return [mean(block.map(([x]) => x)), mean(block.map(([, y]) => y))];
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;
