import type { Polygon } from "@sluice/vision";

/** Byte ranges [from, to) of an RGB picture, one after the other. */
export type Spans = Int32Array;

type Range = [from: number, to: number];

/**
 * The bytes of a `width` × `height` RGB picture that belong to pixels which any of the polygons touches, however little:
 * a mask that hides a person must not leave half a pixel of them. Where a polygon crosses itself both sides are filled.
 */
export function maskSpans(polygons: readonly Polygon[], width: number, height: number): Spans {
  const scaled = polygons.map((polygon) => polygon.map(([x, y]) => [x * width, y * height] as const));
  const bounds: number[] = [];
  for (let row = 0; row < height; row++) {
    const ranges = scaled.flatMap((corners) => rangesOfRow(corners, row));
    for (const [from, to] of merge(ranges, width)) {
      bounds.push((row * width + from) * 3, (row * width + to) * 3);
    }
  }
  return Int32Array.from(bounds);
}

/** Makes the spans black. */
export function fillSpans(rgb: Uint8Array, spans: Spans): void {
  for (let i = 0; i < spans.length; i += 2) rgb.fill(0, spans[i], spans[i + 1]);
}

/** A touched pixel is crossed by an edge, or lies within the polygon as its row's centre line does. */
function rangesOfRow(corners: Polygon, row: number): Range[] {
  const crossings: { x: number; winding: number }[] = [];
  const ranges: Range[] = [];
  corners.forEach((a, i) => {
    const b = corners[(i + 1) % corners.length]!;
    const touched = edgeInRow(a, b, row);
    if (touched) ranges.push(touched);
    const centre = row + 0.5;
    if (a[1] <= centre === b[1] <= centre) return;
    crossings.push({ x: xAt(a, b, centre), winding: a[1] < b[1] ? 1 : -1 });
  });
  return [...ranges, ...insides(crossings.toSorted((p, q) => p.x - q.x))];
}

function insides(crossings: readonly { x: number; winding: number }[]): Range[] {
  const ranges: Range[] = [];
  let winding = 0;
  let from = 0;
  for (const crossing of crossings) {
    if (winding === 0) from = crossing.x;
    winding += crossing.winding;
    if (winding === 0) ranges.push([from, crossing.x]);
  }
  return ranges;
}

/** From left to right, what an edge covers of a row's open interior. */
function edgeInRow(a: readonly [number, number], b: readonly [number, number], row: number): Range | undefined {
  const top = Math.max(row, Math.min(a[1], b[1]));
  const bottom = Math.min(row + 1, Math.max(a[1], b[1]));
  const level = a[1] === b[1];
  if (level ? a[1] <= row || a[1] >= row + 1 : bottom <= top) return undefined;
  const ends: Range = level ? [a[0], b[0]] : [xAt(a, b, top), xAt(a, b, bottom)];
  return [Math.min(...ends), Math.max(...ends)];
}

function xAt(a: readonly [number, number], b: readonly [number, number], y: number): number {
  return a[0] + ((y - a[1]) * (b[0] - a[0])) / (b[1] - a[1]);
}

/** Whole pixels, in order, without overlap, inside the picture. */
function merge(ranges: readonly Range[], width: number): Range[] {
  const merged: Range[] = [];
  for (const [left, right] of ranges.toSorted((p, q) => p[0] - q[0])) {
    const from = Math.max(0, Math.floor(left));
    const to = Math.min(width, Math.ceil(right));
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (from < to) merged.push([from, to]);
  }
  return merged;
}
