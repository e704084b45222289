import type { DecisionRecord } from "../records.ts";
import { at, element, score } from "./markup.ts";

const size = { width: 1_000, height: 120 };
const laneHeight = 26;
/** Columns of the drawing: frames that share one are averaged. */
const columns = 250;

/** What colours a send: by why it was sent. */
export const tones: Readonly<Record<string, string>> = {
  value: "--tone-value",
  audit: "--tone-measure",
  probe: "--tone-measure",
};
const otherTone = "--tone-plan";
export const toneOf = (reason: string): string => tones[reason] ?? otherTone;

/** One stream from left to right: the score as a hill, sends as ticks below it, the worst stretch shaded. */
export function timeline(
  records: readonly DecisionRecord[],
  worst: { from: number; frames: number; score: number },
): string {
  const width = (place: number) => at((place / Math.max(1, records.length)) * size.width);
  const hillHeight = size.height - laneHeight;
  const y = (value: number) => at(4 + (1 - value) * (hillHeight - 4));
  const hill = averages(records).map(([place, value]) => `L${width(place)} ${y(value)}`);
  const sends = records.flatMap(({ action, reason, frame, rung, t }, i) =>
    action === "send"
      ? [
          `<path style="stroke: var(${toneOf(reason)})" d="M${width(i + 0.5)} ${hillHeight + 4}V${size.height - 4}"><title>frame ${frame}, ${t.toFixed(1)} s: ${reason}, ${rung}</title></path>`,
        ]
      : [],
  );
  const shade = `<rect class="worst" x="${width(worst.from)}" y="0" width="${width(worst.frames)}" height="${size.height}"><title>worst stretch: ${score(worst.score)}</title></rect>`;
  const parts = [
    shade,
    `<path class="hill" d="M0 ${hillHeight}${hill.join("")}L${size.width} ${hillHeight}Z"/>`,
    `<g class="sends">${sends.join("")}</g>`,
  ];
  return element(
    "svg",
    {
      class: "timeline",
      viewBox: `0 0 ${size.width} ${size.height}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": "score and sends over time",
    },
    parts.join("\n"),
  );
}

function averages(records: readonly DecisionRecord[]): [number, number][] {
  const step = Math.max(1, Math.ceil(records.length / columns));
  const found: [number, number][] = [];
  for (let from = 0; from < records.length; from += step) {
    const part = records.slice(from, from + step);
    const mean = part.reduce((sum, record) => sum + record.score, 0) / part.length;
    found.push([from, mean], [from + part.length, mean]);
  }
  return found;
}
