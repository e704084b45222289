import type { WireDetections } from "@sluice/contracts";
import { classColour } from "./palette.ts";

/** Which answers are drawn. */
export const layers = ["local", "corrected", "both"] as const;
export type Layers = (typeof layers)[number];

const fontPx = 11;

/** Draws the local answer thin, dashed and pale: what the device's own model saw. */
export function drawLocal(context: CanvasRenderingContext2D, found: WireDetections, scaleX: number, scaleY: number) {
  for (const [x1, y1, x2, y2] of found.boxes) {
    const box = [x1 * scaleX, y1 * scaleY, (x2 - x1) * scaleX, (y2 - y1) * scaleY] as const;
    context.setLineDash([]);
    stroke(context, box, "rgb(0 0 0 / 55%)", 2.5);
    context.setLineDash([4, 3]);
    stroke(context, box, "#eef1f5", 1.25);
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
  for (const [x1, y1, x2, y2, score, index] of found.boxes) {
    const name = found.classes[index] ?? "?";
    const box = [x1 * scaleX, y1 * scaleY, (x2 - x1) * scaleX, (y2 - y1) * scaleY] as const;
    stroke(context, box, "rgb(0 0 0 / 60%)", 4);
    stroke(context, box, classColour(name), 2);
    label(context, `${name} ${Math.round(score * 100)}`, box[0], box[1], classColour(name));
  }
}

type Rectangle = readonly [x: number, y: number, width: number, height: number];

function stroke(context: CanvasRenderingContext2D, box: Rectangle, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(...box);
}

/** A class name on its colour, above the box or, at the upper edge, inside it. */
function label(context: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string): void {
  context.font = `600 ${fontPx}px system-ui, sans-serif`;
  const width = context.measureText(text).width + 8;
  const top = y >= fontPx + 5 ? y - fontPx - 5 : y;
  const left = Math.max(0, Math.min(x - 1, context.canvas.clientWidth - width));
  context.fillStyle = colour;
  context.fillRect(left, top, width, fontPx + 5);
  context.fillStyle = "#10151b";
  context.textBaseline = "middle";
  context.fillText(text, left + 4, top + (fontPx + 5) / 2 + 0.5);
}
