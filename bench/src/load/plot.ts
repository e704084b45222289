/** Small line charts as SVG, readable on light and dark pages. */
export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly tone: "own" | "rival" | "plain" | "ground";
  /** Points that are unknown break the line. */
  readonly points: readonly (Point | undefined)[];
  /** Marks at the points, with these words above or below them. */
  readonly marks?: readonly string[];
  readonly below?: true;
}

export interface Axis {
  readonly label: string;
  readonly ticks: readonly number[];
  readonly text: (value: number) => string;
  /** From the first to the last tick by factors instead of sums. */
  readonly logarithmic?: true;
}

export interface Panel {
  readonly x: Axis;
  readonly y: Axis;
  readonly height: number;
  readonly series: readonly Series[];
}

const width = 820;
const inset = { left: 64, right: 18, top: 26, bottom: 34 };

const style = `text{font:12px system-ui,sans-serif;fill:#4b5563}.label{font-weight:600}.grid{stroke:#d4d9e0;fill:none}
.own{--c:#0b7d72}.rival{--c:#c77800}.plain{--c:#2167b8}.ground{--c:#9aa4b1}
.line{fill:none;stroke:var(--c);stroke-width:2}.area{fill:var(--c);fill-opacity:.25}.dot,.key{fill:var(--c)}
@media(prefers-color-scheme:dark){text{fill:#aab4c0}.grid{stroke:#333c47}.own{--c:#3fd0be}.rival{--c:#f2b44a}.plain{--c:#74b2f5}.ground{--c:#6b7684}}`;

const rounded = (value: number): number => Math.round(value * 10) / 10;
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Panels below each other, with a legend above all of them. */
export function plot(title: string, panels: readonly Panel[]): string {
  const names = new Map(panels.flatMap(({ series }) => series.map(({ name, tone }) => [name, tone] as const)));
  const top = 30;
  const height = panels.reduce((sum, panel) => sum + panel.height, top);
  let y = top;
  const drawn = panels.map((panel) => {
    const text = `<g transform="translate(0 ${y})">${draw(panel)}</g>`;
    y += panel.height;
    return text;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${style}</style>`,
    legend([...names]),
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

function legend(names: readonly (readonly [string, Series["tone"]])[]): string {
  const step = (width - inset.left) / names.length;
  return names
    .map(([name, tone], i) => {
      const x = rounded(inset.left + i * step);
      return `<g class="${tone}"><rect class="key" x="${x}" y="9" width="18" height="4"/><text x="${x + 24}" y="15">${escaped(name)}</text></g>`;
    })
    .join("");
}

type Scale = (value: number) => number;

function draw(panel: Panel): string {
  const x = scaleOf(panel.x, inset.left, width - inset.right);
  const y = scaleOf(panel.y, panel.height - inset.bottom, inset.top);
  return [
    frame(panel, x, y),
    ...panel.series.map((series) => drawSeries(series, x, y, panel.height - inset.bottom)),
  ].join("\n");
}

/** What lies beyond the ticks is drawn at the edge. */
function scaleOf({ ticks, logarithmic }: Axis, from: number, to: number): Scale {
  const place = (value: number) => (logarithmic ? Math.log(value) : value);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  return (value) => {
    const inside = Math.min(high, Math.max(low, value));
    return rounded(from + ((place(inside) - place(low)) / (place(high) - place(low))) * (to - from));
  };
}

function frame({ x: across, y: up, height }: Panel, x: Scale, y: Scale): string {
  const bottom = height - inset.bottom;
  const rows = up.ticks.map(
    (tick) =>
      `<path class="grid" d="M${inset.left} ${y(tick)}H${width - inset.right}"/><text x="${inset.left - 8}" y="${y(tick) + 4}" text-anchor="end">${up.text(tick)}</text>`,
  );
  const columns = across.ticks.map(
    (tick) => `<text x="${x(tick)}" y="${bottom + 17}" text-anchor="middle">${across.text(tick)}</text>`,
  );
  const labels = `<text class="label" x="8" y="16">${escaped(up.label)}</text><text x="${width - inset.right}" y="${bottom + 31}" text-anchor="end">${escaped(across.label)}</text>`;
  return [...rows, ...columns, labels].join("");
}

function drawSeries({ tone, points, marks = [], below }: Series, x: Scale, y: Scale, bottom: number): string {
  const known = points.map((point) => point && ([x(point[0]), y(point[1])] as const));
  const path = known.map((point, i) => (point ? `${known[i - 1] ? "L" : "M"}${point[0]} ${point[1]}` : "")).join("");
  if (tone === "ground") {
    const [first, last] = [known.find(Boolean), known.findLast(Boolean)];
    return `<path class="ground area" d="${path}L${last?.[0]} ${bottom}H${first?.[0]}Z"/>`;
  }
  const dots = marks.map((words, i) => {
    const point = known[i];
    return point
      ? `<circle class="dot" cx="${point[0]}" cy="${point[1]}" r="3.5"/><text x="${point[0] + 6}" y="${point[1] + (below ? 16 : -6)}">${escaped(words)}</text>`
      : "";
  });
  return `<g class="${tone}"><path class="line" d="${path}"/>${dots.join("")}</g>`;
}
