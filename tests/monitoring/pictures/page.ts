import { chart, colourOf, type Line, type Span } from "./chart.ts";
import type { Field, Imported, ImportedPanel } from "./imported.ts";
import { worded } from "./words.ts";

/** What Prometheus answered to a panel's queries. */
export interface Answered {
  readonly panel: ImportedPanel;
  readonly lines: readonly Line[];
}

const cell = { width: 62, height: 34 };
const style = `
body { margin: 0; background: #111217; color: #ccccdc; font: 13px/1.4 system-ui, sans-serif; width: ${24 * cell.width + 16}px }
h1 { font-size: 19px; margin: 12px 12px 0 } .about { margin: 2px 12px 8px; color: #9a9ba4 }
.board { position: relative } .panel { position: absolute; box-sizing: border-box; padding: 4px } .card { height: 100%; background: #181b1f; border: 1px solid #2a2d33; border-radius: 3px; box-sizing: border-box; padding: 6px 8px; display: flex; flex-direction: column; overflow: hidden }
h2 { font-size: 13px; font-weight: 500; margin: 0; color: #e4e4ea } .row { font-size: 14px; padding: 7px 10px; color: #ccccdc }
svg { width: 100%; flex: 1; min-height: 0 } svg text { fill: #9a9ba4; font-size: 10.5px } .grid { stroke: #2a2d33; fill: none }
ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0 12px; margin: 0; padding: 0; font-size: 11px; max-height: 34px; overflow: hidden } li::before { content: ""; display: inline-block; width: 12px; height: 3px; margin-right: 5px; vertical-align: middle; background: var(--c) }
.figures { flex: 1; display: flex; flex-wrap: wrap; align-items: center; justify-content: space-around; gap: 2px 14px } .figure { text-align: center } .figure b { display: block; font-weight: 500; font-size: 34px; line-height: 1.1 } .many b { font-size: 19px } .figure span { font-size: 11px; color: #9a9ba4 }
.empty { flex: 1; display: grid; place-items: center; color: #9a9ba4 }
`;

/** A dashboard as a page: its panels in their grid, as Grafana would place them. */
export function page({ title, description, panels }: Imported, answers: readonly Answered[], span: Span): string {
  const height = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h)) * cell.height;
  const drawn = panels.map((panel) => {
    const answered = answers.find((one) => one.panel === panel);
    const { x, y, w, h } = panel.gridPos;
    const place = `left:${x * cell.width + 8}px;top:${y * cell.height}px;width:${w * cell.width}px;height:${h * cell.height}px`;
    return `<div class="panel" style="${place}">${answered ? card(answered, span) : `<div class="row">▾ ${escaped(panel.title)}</div>`}</div>`;
  });
  return `<!doctype html><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style>
<h1>${escaped(title)}</h1><p class="about">${escaped(description)}</p>
<div class="board" style="height:${height}px">${drawn.join("\n")}</div>`;
}

function card({ panel, lines }: Answered, span: Span): string {
  const field = panel.fieldConfig.defaults;
  const body = panel.type === "stat" ? figures(lines, panel) : timeline(lines, panel, span);
  const empty = `<div class="empty">${escaped(field.noValue ?? "No data")}</div>`;
  return `<div class="card"><h2>${escaped(panel.title)}</h2>${lines.length === 0 ? empty : body}</div>`;
}

function figures(lines: readonly Line[], { fieldConfig, options }: ImportedPanel): string {
  const field = fieldConfig.defaults;
  const isNamed = lines.length > 1 || options?.textMode === "value_and_name";
  const each = lines.map(({ name, points }) => {
    const value = points.at(-1)![1];
    const label = isNamed ? `<span>${escaped(name)}</span>` : "";
    return `<div class="figure"><b style="color:${toneOf(value, field)}">${escaped(worded(value, field.unit))}</b>${label}</div>`;
  });
  return `<div class="figures ${lines.length > 2 ? "many" : ""}">${each.join("")}</div>`;
}

function timeline(lines: readonly Line[], { fieldConfig, options, gridPos }: ImportedPanel, span: Span): string {
  const size = { width: gridPos.w * cell.width - 26, height: gridPos.h * cell.height - 78 };
  const entries = lines.map(({ name }, i) => `<li style="--c:${colourOf(i)}">${escaped(name)}</li>`);
  const legend = options?.legend?.showLegend ? `<ul>${entries.join("")}</ul>` : "";
  return `${chart(lines, fieldConfig.defaults, span, size)}${legend}`;
}

const tones: Readonly<Record<string, string>> = { green: "#73BF69", red: "#F2495C", text: "#ccccdc" };
const byDefault = [
  { value: null, color: "green" },
  { value: 80, color: "red" },
];

/** Grafana paints by its own steps where a panel has none. */
function toneOf(value: number, { thresholds }: Field): string {
  const steps = thresholds?.steps ?? byDefault;
  return tones[steps.findLast((step) => step.value === null || value >= step.value)!.color]!;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
