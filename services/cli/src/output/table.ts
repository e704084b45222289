import Table from "cli-table3";

/** A column: its head and the cell of a row; a `wide` one is shown only where it is asked for. */
export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => string | number | null | undefined;
  readonly right?: true;
  readonly wide?: true;
}

/** What is not known is shown so, and never as 0. */
export const unknown = "-";

const sides = ["top", "bottom", "left", "mid", "right", "middle"];
const corners = [
  "top-mid",
  "top-left",
  "top-right",
  "bottom-mid",
  "bottom-left",
  "bottom-right",
  "left-mid",
  "mid-mid",
  "right-mid",
];
const bare = Object.fromEntries([...sides, ...corners].map((part) => [part, ""]));

/** Rows under their heads, two spaces between columns, as kubectl shows lists. */
export function tableOf<T>(columns: readonly Column<T>[], rows: readonly T[], wide = false): string {
  const shown = columns.filter((column) => wide || !column.wide);
  const aligns = shown.map(({ right }) => (right ? ("right" as const) : ("left" as const)));
  const table = new Table({
    chars: { ...bare, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: aligns,
    head: shown.map(({ head }) => head),
  });
  for (const row of rows) table.push(shown.map(({ cell }) => String(cell(row) ?? unknown)));
  return trimmed(table.toString());
}

/** Names and their values below each other. */
export function fieldsOf(fields: readonly (readonly [string, string])[], indent = ""): string {
  const width = Math.max(0, ...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `${indent}${name.padEnd(width)}  ${value}`.trimEnd()).join("\n");
}

const trimmed = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
