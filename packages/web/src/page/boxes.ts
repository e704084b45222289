import type { WireDetections } from "@sluice/contracts";
import type { LocalResult } from "../fleet/state.ts";
import { classColour } from "./palette.ts";

/** Which answers are drawn. */
export const layers = ["local", "corrected", "both"] as const;
export type Layers = (typeof layers)[number];

const fontPx = 11;

/** Draws the local answer thin, dashed and pale: what the device's own model saw. */
export function drawLocal(
  context: CanvasRenderingContext2D,
  { local: found, task }: LocalResult,
  scaleX: number,
  scaleY: number,
) {
  for (const [x1, y1, x2, y2, score, index] of found.boxes) {
    const box = [x1 * scaleX, y1 * scaleY, (x2 - x1) * scaleX, (y2 - y1) * scaleY] as const;
    context.setLineDash([]);
    stroke(context, box, "rgb(0 0 0 / 55%)", 2.5);
    context.setLineDash([4, 3]);
    stroke(context, box, "#eef1f5", 1.25);
    if (task === "classification") labelBelow(context, `${found.classes[index] ?? "?"} ${percent(score)}`, box);
  }
  context.setLineDash([]);
}

/** Draws the corrected answer solid, coloured and named by class. */
export function drawCorrected(
  context: CanvasRenderingContext2D,
  found: WireDetections,
  scaleX: number,
  scaleY: number,
) {
  const labels: Rectangle[] = [];
  for (const [x1, y1, x2, y2, score, index] of found.boxes) {
    const name = found.classes[index] ?? "?";
    const box = [x1 * scaleX, y1 * scaleY, (x2 - x1) * scaleX, (y2 - y1) * scaleY] as const;
    stroke(context, box, "rgb(0 0 0 / 60%)", 4);
    stroke(context, box, classColour(name), 2);
    const text = `${name} ${percent(score)}`;
    const place = placeOf(context, text, box[0], box[1]);
    if (labels.some((other) => overlaps(place, other))) continue;
    labels.push(place);
    label(context, text, place, classColour(name));
  }
}

const percent = (score: number) => Math.round(score * 100);

/** What the edge model says of the whole picture stands at its foot, so that the corrected label has the head. */
function labelBelow(context: CanvasRenderingContext2D, text: string, [x, y, , height]: Rectangle): void {
  const [left, , wide, high] = placeOf(context, text, x, y);
  label(context, text, [left, y + height - high, wide, high], "#eef1f5");
}

type Rectangle = readonly [x: number, y: number, width: number, height: number];

function stroke(context: CanvasRenderingContext2D, box: Rectangle, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(...box);
}

/** Where a label goes: above its box or, at the upper edge, inside it. */
function placeOf(context: CanvasRenderingContext2D, text: string, x: number, y: number): Rectangle {
  context.font = `600 ${fontPx}px system-ui, sans-serif`;
  const [width, height] = [context.measureText(text).width + 8, fontPx + 5];
  const left = Math.max(0, Math.min(x - 1, context.canvas.clientWidth - width));
  return [left, y >= height ? y - height : y, width, height];
}

/** In a crowd the first label stays readable and the others are left out; colours still tell the classes. */
const overlaps = ([x, y, w, h]: Rectangle, [otherX, otherY, otherW, otherH]: Rectangle) =>
  x < otherX + otherW && otherX < x + w && y < otherY + otherH && otherY < y + h;

function label(context: CanvasRenderingContext2D, text: string, place: Rectangle, colour: string): void {
  context.fillStyle = colour;
  context.fillRect(...place);
  context.fillStyle = "#10151b";
  context.textBaseline = "middle";
  context.fillText(text, place[0] + 4, place[1] + place[3] / 2 + 0.5);
}
