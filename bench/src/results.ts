import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Findings } from "./measure.ts";
import { table } from "./table.ts";

/** Findings by benchmark. */
export type Results = Readonly<Record<string, Findings>>;

/** What the file holds already: a run of some benchmarks leaves the findings of the others as they are. */
export async function readResults(path: string): Promise<Results> {
  return existsSync(path) ? (JSON.parse(await readFile(path, "utf8")) as Results) : {};
}

export async function writeResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
}

const intro =
  "Measured by `make bench`, each figure beside its peer or limit in the same run: programs that are compared take " +
  "turns of a few seconds, and a ratio is the median over the rounds. Absolute figures are those of the machine at " +
  "hand; only the ratios carry over. Each says how busy the machine was: ratios bear that, the slowest hundredth does not.";

/** The reference page, with the benchmarks in this order; those without findings are left out. */
export function page(results: Results, order: readonly string[]): string {
  const known = order.filter((name) => results[name]);
  return `# Speed\n\n${intro}\n\n${known.map((name) => table(name, results[name]!)).join("\n")}`;
}
