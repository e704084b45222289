import { at, element, escaped, percent, score } from "./markup.ts";
import type { Place, Series } from "./series.ts";

export interface Curves {
  readonly series: readonly Series[];
  /** Scores of the edge model alone and of the cloud model on every frame. */
  readonly never: number;
  readonly always: number;
  /** Where the tried budget lies, and the interval of its score. */
  readonly tried?: Omit<Place, "budget"> & { readonly interval: readonly [number, number] };
}

const size = { width: 640, height: 360 };
const inset = { left: 46, right: 24, top: 12, bottom: 38 };
const shareTicks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const leastShare = 0.008;

/** Score against bytes, as a drawing; bytes grow by factors to the right. */
export function curves(shown: Curves): string {
  const lowest = Math.min(
    shown.never,
    shown.tried?.interval[0] ?? 1,
    ...shown.series.flatMap(({ places }) => places.map((p) => p.score)),
  );
  const floor = Math.max(0, Math.floor(lowest * 10 - 0.2) / 10);
  const x = (share: number) => {
    const position = Math.log(Math.max(share, leastShare) / leastShare) / Math.log(1 / leastShare);
    return at(inset.left + position * (size.width - inset.left - inset.right));
  };
  const y = (value: number) =>
    at(inset.top + ((1 - value) / (1 - floor || 1)) * (size.height - inset.top - inset.bottom));
  const parts = [
    axes(x, y, floor),
    level(y(shown.never), "never: the edge model alone", shown.never, "never"),
    level(y(shown.always), "always: the cloud model on every frame", shown.always, "always"),
    ...shown.series.toReversed().map((series) => line(series, colourOf(series, shown.series), x, y)),
    shown.tried ? whisker(shown.tried, x, y) : "",
  ];
  const drawing = element(
    "svg",
    { viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": "score against bytes" },
    parts.join("\n"),
  );
  return `<figure>${drawing}${legend(shown.series)}</figure>`;
}

type Scale = (value: number) => number;

function axes(x: Scale, y: Scale, floor: number): string {
  const bottom = size.height - inset.bottom;
  const steps = Math.round((1 - floor) * 10);
  const levels = Array.from({ length: steps + 1 }, (_, i) => floor + i / 10);
  const across = levels.map(
    (value) =>
      `<path class="grid" d="M${inset.left} ${y(value)}H${size.width - inset.right}"/>` +
      `<text class="tick" x="${inset.left - 8}" y="${y(value) + 4}" text-anchor="end">${value.toFixed(1)}</text>`,
  );
  const up = shareTicks.map(
    (share) =>
      `<path class="grid" d="M${x(share)} ${inset.top}V${bottom}"/>` +
      `<text class="tick" x="${x(share)}" y="${bottom + 17}" text-anchor="middle">${Math.round(100 * share)} %</text>`,
  );
  const label = `<text class="tick" x="${(size.width + inset.left) / 2}" y="${size.height - 4}" text-anchor="middle">bytes, of what sending every frame takes</text>`;
  return [...across, ...up, label].join("");
}

function level(y: number, name: string, value: number, kind: string): string {
  return `<path class="level ${kind}" d="M${inset.left} ${y}H${size.width - inset.right}"><title>${name}: ${score(value)}</title></path>`;
}

function line({ name, kind, places }: Series, colour: string, x: Scale, y: Scale): string {
  const path = places.map((place, i) => `${i === 0 ? "M" : "L"}${x(place.share)} ${y(place.score)}`).join("");
  const dots = places.map(
    (place) =>
      `<circle cx="${x(place.share)}" cy="${y(place.score)}" r="${kind === "own" ? 4 : 3}">` +
      `<title>${escaped(name)}: ${score(place.score)} for ${percent(place.share)}</title></circle>`,
  );
  return `<g class="series ${kind}" style="--colour: var(${colour})"><path d="${path}"/>${dots.join("")}</g>`;
}

function whisker({ share, interval: [low, high] }: NonNullable<Curves["tried"]>, x: Scale, y: Scale): string {
  return `<path class="whisker" d="M${x(share)} ${y(low)}V${y(high)}m-4 0h8M${x(share) - 4} ${y(low)}h8"><title>95 % interval: ${score(low)} to ${score(high)}</title></path>`;
}

/** Colours by kind; rivals take turns. */
function colourOf(series: Series, all: readonly Series[]): string {
  if (series.kind === "O3") return "--best";
  if (series.kind === "O1") return "--muted";
  const same = all.filter(({ kind }) => kind === series.kind);
  const turn = same.indexOf(series);
  return series.kind === "own" ? `--own-${turn % 3}` : `--rival-${turn % 5}`;
}

function legend(series: readonly Series[]): string {
  const entries = series.map(
    (each) => `<li class="${each.kind}" style="--colour: var(${colourOf(each, series)})">${escaped(each.name)}</li>`,
  );
  return `<figcaption><ul class="legend">${entries.join("")}<li class="never">never</li><li class="always">always</li></ul></figcaption>`;
}
