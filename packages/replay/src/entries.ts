import { limits, type TraceHeader, type TraceStream } from "@sluice/contracts";
import type { Detection } from "@sluice/vision";

/** Something that does not belong into a trace: where in the line, and what is wrong. */
export class Flaw extends Error {
  override readonly name = "Flaw";
}

export const flaw = (at: string, what: string): never => {
  throw new Flaw(`${at}: ${what}`);
};

export type Item = Readonly<Record<string, unknown>>;

export function itemOf(value: unknown, at: string): Item {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return flaw(at, "must be an object");
  return value as Item;
}

/** JSON has no NaN, but `1e999` reads as infinity. */
export function numberOf(value: unknown, at: string, least: number, most: number): number {
  if (typeof value !== "number" || !(value >= least && value <= most)) {
    return flaw(at, `must be a number from ${least} to ${most}, it is ${shown(value)}`);
  }
  return value;
}

export function wholeOf(value: unknown, at: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    return flaw(at, `must be a whole number from ${least} to ${most}, it is ${shown(value)}`);
  }
  return value as number;
}

export function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Detections as a trace holds them, best first: boxes `[x1, y1, x2, y2, score, class]`, or labels `[score, class]`. */
export function detectionsOf(value: unknown, at: string, header: TraceHeader, stream: TraceStream): Detection[] {
  if (!Array.isArray(value)) return flaw(at, "must be a list");
  if (value.length > limits.detectionsPerFrame) {
    return flaw(at, `has ${value.length} entries, at most ${limits.detectionsPerFrame} are allowed`);
  }
  const read = header.task === "detection" ? boxOf : labelOf;
  const found: Detection[] = [];
  for (let i = 0; i < value.length; i++) found.push(read(value[i], at, i, header.classes.length, stream));
  return isSorted(found) ? found : found.toSorted((a, b) => b.score - a.score);
}

/** Where an entry is wrong is put into words only once one is: most of reading a trace would be those words. */
function boxOf(entry: unknown, list: string, i: number, classes: number, { width, height }: TraceStream): Detection {
  if (!Array.isArray(entry) || entry.length !== 6) {
    return flaw(`${list}[${i}]`, "must be [x1, y1, x2, y2, score, class]");
  }
  const [x1, y1, x2, y2, score, classId] = entry as [number, number, number, number, number, number];
  const within = (value: unknown, side: number) => typeof value === "number" && value >= -side && value <= 2 * side;
  // A model may look a little over the edge, by a whole picture it does not.
  const placed = within(x1, width) && within(x2, width) && within(y1, height) && within(y2, height);
  const known =
    typeof score === "number" &&
    score >= 0 &&
    score <= 1 &&
    Number.isInteger(classId) &&
    classId >= 0 &&
    classId < classes;
  if (!placed || !known || x2 < x1 || y2 < y1) return misfit(entry, `${list}[${i}]`, classes, { width, height });
  return { x1, y1, x2, y2, score, classId };
}

/** Says what is wrong with a box. */
function misfit(
  entry: unknown[],
  at: string,
  classes: number,
  { width, height }: Pick<TraceStream, "width" | "height">,
): never {
  const [x1, y1, x2, y2, score, classId] = entry;
  numberOf(x1, `${at} x1`, -width, 2 * width);
  numberOf(y1, `${at} y1`, -height, 2 * height);
  numberOf(x2, `${at} x2`, -width, 2 * width);
  numberOf(y2, `${at} y2`, -height, 2 * height);
  numberOf(score, `${at} score`, 0, 1);
  wholeOf(classId, `${at} class`, 0, classes - 1);
  if ((x2 as number) < (x1 as number)) flaw(at, `x2 (${String(x2)}) is less than x1 (${String(x1)})`);
  return flaw(at, `y2 (${String(y2)}) is less than y1 (${String(y1)})`);
}

function labelOf(entry: unknown, list: string, i: number, classes: number, { width, height }: TraceStream): Detection {
  const at = `${list}[${i}]`;
  if (!Array.isArray(entry) || entry.length !== 2) return flaw(at, "must be [score, class]");
  const score = numberOf(entry[0], `${at} score`, 0, 1);
  return { x1: 0, y1: 0, x2: width, y2: height, score, classId: wholeOf(entry[1], `${at} class`, 0, classes - 1) };
}

function isSorted(found: readonly Detection[]): boolean {
  for (let i = 1; i < found.length; i++) if (found[i]!.score > found[i - 1]!.score) return false;
  return true;
}

/** A detection as a trace holds it. */
export const entryOf = (task: TraceHeader["task"], { x1, y1, x2, y2, score, classId }: Detection): number[] =>
  task === "detection" ? [x1, y1, x2, y2, score, classId] : [score, classId];
