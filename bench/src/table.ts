import { type Findings, isMet, type Measure } from "./measure.ts";

const digits = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

function targetText({ target }: Measure): string {
  if (!target) return "";
  return "atLeast" in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
}

const metText = (measure: Measure): string => ({ true: "met", false: "MISSED", undefined: "" })[`${isMet(measure)}`];

function row(measure: Measure): string[] {
  const { name, value, unit, spread } = measure;
  const between = spread ? `${digits(spread[0])} to ${digits(spread[1])}` : "";
  return [name, `${digits(value)} ${unit}`, between, targetText(measure), metText(measure)];
}

const headings = ["measure", "median", "middle half", "target", ""];

/** One benchmark as a Markdown table, readable in a terminal too. */
export function table(name: string, { setting, measures }: Findings): string {
  const rows = [headings, headings.map(() => "---"), ...measures.map(row)];
  const widths = headings.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`);
  const facts = Object.entries(setting).map(([key, value]) => `${key}: ${value}`);
  return `## ${name}\n\n${facts.join(", ")}\n\n${lines.join("\n")}\n`;
}
