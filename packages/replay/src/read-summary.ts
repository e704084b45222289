import { SluiceError } from "@sluice/contracts";
import { Flaw, flaw, type Item, itemOf, numberOf, shown, wholeOf } from "./entries.ts";
import { type Summary, summaryFormat, summaryVersion } from "./summary.ts";

/** Reads `summary.json`; an error says what in it cannot be. */
export function readSummary(text: string, where: string): Summary {
  try {
    const summary = itemOf(JSON.parse(text) as unknown, "the summary");
    if (summary["format"] !== summaryFormat)
      flaw("format", `must be "${summaryFormat}", it is ${shown(summary["format"])}`);
    if (summary["version"] !== summaryVersion)
      flaw("version", `must be ${summaryVersion}, it is ${shown(summary["version"])}`);
    checkTexts(summary, ["trace", "policy", "policyName", "edge", "cloud", "reference"]);
    numberOf(itemOf(summary["budget"], "budget")["share"], "budget.share", 0, Number.MAX_VALUE);
    checkOutcome(summary["all"], "all");
    for (const [i, stream] of listOf(summary["streams"], "streams").entries()) {
      checkTexts(itemOf(stream, `streams[${i}]`), ["name"]);
      checkOutcome(stream, `streams[${i}]`);
      wholeOf(itemOf(itemOf(stream, "")["worst"], `streams[${i}].worst`)["frames"], `streams[${i}].worst.frames`, 0);
    }
    for (const [i, point] of listOf(summary["curve"], "curve").entries()) checkPoint(point, `curve[${i}]`);
    return summary as unknown as Summary;
  } catch (cause) {
    if (!(cause instanceof Flaw || cause instanceof SyntaxError)) throw cause;
    throw new SluiceError("replay-invalid", `${where}: ${cause.message}`, { cause });
  }
}

function checkTexts(item: Item, names: readonly string[]): void {
  for (const name of names)
    if (typeof item[name] !== "string") flaw(name, `must be a text, it is ${shown(item[name])}`);
}

const listOf = (value: unknown, at: string): unknown[] => (Array.isArray(value) ? value : flaw(at, "must be a list"));

function checkOutcome(value: unknown, at: string): void {
  const outcome = itemOf(value, at);
  for (const [name, figures] of [
    ["", outcome],
    ["never", outcome["never"]],
    ["always", outcome["always"]],
  ] as const) {
    checkFigures(figures, name ? `${at}.${name}` : at);
  }
  for (const [name, figures] of Object.entries(itemOf(outcome["compare"], `${at}.compare`)))
    checkFigures(figures, `${at}.${name}`);
  if (outcome["optima"] === null) return;
  const optima = itemOf(outcome["optima"], `${at}.optima`);
  for (const name of ["O1", "O3"])
    numberOf(itemOf(optima[name], `${at}.${name}`)["score"], `${at}.${name}.score`, -1, 1);
}

function checkFigures(value: unknown, at: string): void {
  const figures = itemOf(value, at);
  for (const name of ["frames", "sent", "bytes"]) wholeOf(figures[name], `${at}.${name}`, 0);
  for (const name of ["share", "score"]) numberOf(figures[name], `${at}.${name}`, 0, Number.MAX_VALUE);
  for (const end of listOf(figures["interval"], `${at}.interval`)) numberOf(end, `${at}.interval`, 0, 1);
}

function checkPoint(value: unknown, at: string): void {
  const point = itemOf(value, at);
  checkTexts(point, ["by"]);
  for (const each of [point, ...listOf(point["streams"], `${at}.streams`).map((stream) => itemOf(stream, at))]) {
    for (const name of ["share", "score"]) numberOf(each[name], `${at}.${name}`, 0, Number.MAX_VALUE);
  }
}
