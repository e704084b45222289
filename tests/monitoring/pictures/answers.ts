import type { Line, Span } from "./chart.ts";
import type { ImportedPanel } from "./imported.ts";
import type { Answered } from "./page.ts";
import { named } from "./words.ts";

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** With what Grafana would put in. `device` is the instance of the one device that a board is about. */
export const filledIn = (
  expr: string,
  { device = ".+", rate = "1m" }: { device?: string; rate?: string } = {},
): string =>
  expr
    .replaceAll("$device", device)
    .replaceAll(/\$(job|model)\b/g, ".+")
    .replaceAll("$__rate_interval", rate);

/** Asks what a panel asks: for the whole span, or at its end. */
export async function answerTo(panel: ImportedPanel, url: string, span: Span, device: string): Promise<Answered> {
  const lines: Line[] = [];
  for (const { expr, legendFormat, instant } of panel.targets) {
    const query = filledIn(expr, { device, rate: `${Math.max(20, 4 * span.step)}s` });
    const parameters = instant
      ? { query, time: String(span.to) }
      : { query, start: String(span.from), end: String(span.to), step: String(span.step) };
    const series = await ask(`${url}/api/v1/query${instant ? "" : "_range"}`, parameters);
    lines.push(...series.map((each) => ({ name: named(legendFormat, each.metric), points: pointsOf(each) })));
  }
  return { panel, lines: lines.filter(({ points }) => points.length > 0) };
}

const pointsOf = ({ value, values = value ? [value] : [] }: Series): Line["points"] =>
  values.map(([at, text]) => [at, Number(text)] as const).filter(([, number]) => Number.isFinite(number));

async function ask(address: string, parameters: Record<string, string>): Promise<readonly Series[]> {
  const response = await fetch(`${address}?${new URLSearchParams(parameters).toString()}`);
  const answer = (await response.json()) as { error?: string; data?: { result: readonly Series[] } };
  if (!answer.data) throw new Error(`${parameters["query"]}: ${answer.error}`);
  return answer.data.result;
}
