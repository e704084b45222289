import type { Field } from "./imported.ts";
import { worded } from "./words.ts";

export interface Line {
  readonly name: string;
  /** Seconds since the epoch, and values. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Grafana's classic palette, in its order. */
export const palette = [
  "#73BF69",
  "#F2CC0C",
  "#5794F2",
  "#FF9830",
  "#F2495C",
  "#B877D9",
  "#8AB8FF",
  "#FADE2A",
  "#37872D",
  "#E0B400",
];
export const colourOf = (index: number): string => palette[index % palette.length]!;

export interface Size {
  readonly width: number;
  readonly height: number;
}

const inset = { left: 58, right: 8, top: 8, bottom: 20 };

/** Lines over time as a drawing; gaps stay gaps. */
export function chart(lines: readonly Line[], field: Field, span: Span, size: Size): string {
  const stacked = field.custom?.stacking?.mode === "normal";
  const shown = stacked ? stack(lines) : lines.map((line) => ({ line, base: new Map<number, number>() }));
  const top = field.max ?? niceTop(Math.max(0, ...shown.flatMap(({ line }) => line.points.map(([, value]) => value))));
  const { left, right, bottom } = inset;
  const x = (at: number) => round(left + ((at - span.from) / (span.to - span.from)) * (size.width - left - right));
  const y = (value: number) => round(size.height - bottom - (value / top) * (size.height - inset.top - bottom));
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<path class="grid" d="M${left} ${y(share * top)}H${size.width - right}"/><text x="${left - 6}" y="${y(share * top) + 4}" text-anchor="end">${worded(share * top, field.unit)}</text>`,
  );
  const drawn = shown.map(({ line, base }, i) =>
    segments(line.points, 1.5 * span.step)
      .map((points) => drawSegment(points, stacked ? base : undefined, { x, y, colour: colourOf(i) }))
      .join(""),
  );
  const times = [span.from, (span.from + span.to) / 2, span.to].map(
    (at, i) =>
      `<text x="${x(at)}" y="${size.height - 5}" text-anchor="${["start", "middle", "end"][i]}">${clock(at)}</text>`,
  );
  const content = [...grid, ...drawn.toReversed(), ...times].join("");
  return `<svg viewBox="0 0 ${size.width} ${size.height}">${content}</svg>`;
}

const round = (value: number): number => Math.round(10 * value) / 10;

/** Points without a gap between them. */
function segments(points: Line["points"], gap: number): Line["points"][] {
  const starts = points.flatMap(([at], i) => (i === 0 || at - points[i - 1]![0] > gap ? [i] : []));
  return starts.map((start, i) => points.slice(start, starts[i + 1]));
}

interface Brush {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly colour: string;
}

/** A lone point is a dot; with a base, the area down to it is filled. */
function drawSegment(points: Line["points"], base: ReadonlyMap<number, number> | undefined, brush: Brush): string {
  const { x, y, colour } = brush;
  if (points.length === 1) return `<circle cx="${x(points[0]![0])}" cy="${y(points[0]![1])}" r="2" fill="${colour}"/>`;
  const path = points.map(([at, value], i) => `${i === 0 ? "M" : "L"}${x(at)} ${y(value)}`).join("");
  const line = `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.4"/>`;
  if (!base) return line;
  const foot = points.toReversed().map(([at]) => `L${x(at)} ${y(base.get(at) ?? 0)}`);
  return `<path d="${path}${foot.join("")}Z" fill="${colour}" fill-opacity=".55"/>${line}`;
}

/** Each line upon those before it. */
function stack(lines: readonly Line[]): { line: Line; base: Map<number, number> }[] {
  const heights = new Map<number, number>();
  return lines.map((line) => {
    const base = new Map(heights);
    const points = line.points.map(([at, value]) => {
      heights.set(at, (heights.get(at) ?? 0) + value);
      return [at, heights.get(at)!] as const;
    });
    return { line: { name: line.name, points }, base };
  });
}

/** The next of 1, 2, 2.5 and 5 times a power of ten. */
export function niceTop(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((top) => top >= most * 1.02) ?? 20 * power;
}

const clock = (seconds: number): string => new Date(1_000 * seconds).toISOString().slice(11, 16);
