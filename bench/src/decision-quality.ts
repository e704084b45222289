import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readPolicy, secondsOf, type Trace, type Trial, tryPolicy } from "@sluice/replay";
import { repoRoot } from "@sluice/testkit";
import type { Context } from "./context.ts";
import { type Recording, recordings, traceOf } from "./decision-footage.ts";
import type { Findings, Measure } from "./measure.ts";

const budgets = [2, 5, 10, 20, 30, 50];
const rival = "periodic";
/** How far a clip may fall below the rival or the edge alone. */
const slack = 0.01;
const policyText = `
apiVersion: sluice.dev/v1alpha1
kind: OffloadPolicy
metadata: { name: bench }
spec: {}
`;

/** Mean agreement of one recording under one budget, over the seeds. */
interface Cell {
  readonly never: number;
  readonly periodic: number;
  readonly learned: number;
  readonly over: number;
}

/** What each byte budget buys on every recording: the decision beside even sends with the same fusion, and the edge alone. */
export async function decisionQuality({ scale }: Context): Promise<Findings> {
  const all = recordings();
  const rows: { name: string; cells: Cell[] }[] = [];
  for (const recording of all) rows.push({ name: recording.name, cells: await cellsOf(recording, scale.seeds) });
  const folder = join(repoRoot, ".sluice/bench");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "decision.md"), tables(rows));
  const cells = rows.flatMap((row) => row.cells);
  const worst = (pick: (cell: Cell) => number): Measure["value"] => Math.min(...cells.map(pick));
  return {
    setting: { recordings: all.length, seeds: scale.seeds, budgets: budgets.map((b) => `${b} %`).join(" ") },
    measures: [
      ...budgets.map((budget, i) => pooled(`A at ${budget} %`, rows, i)),
      {
        name: "worst against even sends",
        value: worst((c) => c.learned - c.periodic),
        unit: "F1",
        target: { atLeast: -slack },
      },
      {
        name: "worst against the edge alone",
        value: worst((c) => c.learned - c.never),
        unit: "F1",
        target: { atLeast: -slack },
      },
      { name: "bytes over budget", value: Math.max(...cells.map((c) => c.over)), unit: "B", target: { atMost: 0 } },
    ],
  };
}

function pooled(name: string, rows: readonly { cells: Cell[] }[], i: number): Measure {
  const mean = (pick: (cell: Cell) => number) =>
    rows.reduce((sum, { cells }) => sum + pick(cells[i]!), 0) / rows.length;
  return { name, value: mean((c) => c.learned), unit: "F1", target: { atLeast: mean((c) => c.periodic) } };
}

async function cellsOf(recording: Recording, seeds: number): Promise<Cell[]> {
  const trace = await traceOf(recording);
  return budgets.map((budget) => {
    const trials = Array.from({ length: seeds }, (_, seed) => trial(trace, budget, seed + 1, seed === 0));
    const first = trials[0]!.all;
    const over = trials.map(({ all, spec }) => all.policy.bytes - spec.budget.rate * secondsOf(trace));
    return {
      never: first.never.score,
      periodic: first.compare[rival]!.score,
      learned: trials.reduce((sum, { all }) => sum + all.policy.score, 0) / seeds,
      over: Math.max(0, ...over),
    };
  });
}

function trial(trace: Trace, budget: number, seed: number, compare: boolean): Trial {
  return tryPolicy(trace, {
    draft: readPolicy(policyText, "bench"),
    road: { network: undefined, rttMs: 0 },
    seed,
    budget: { share: budget / 100 },
    compare: compare ? [rival] : [],
    optima: false,
    curve: false,
  });
}

const figure = (value: number): string => value.toFixed(3).replace("0.", ".");
const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function tables(rows: readonly { name: string; cells: Cell[] }[]): string {
  const head = ["", "never", ...budgets.map((b) => `${b} %`)];
  const body = rows.map(({ name, cells }) => {
    const each = cells.map((c) => `${figure(c.learned)} / ${figure(c.periodic)}`);
    return line([name, figure(cells[0]!.never), ...each]);
  });
  const mean = (pick: (c: Cell) => number, i: number) =>
    rows.reduce((sum, r) => sum + pick(r.cells[i]!), 0) / rows.length;
  const means = budgets.map((_, i) => `${figure(mean((c) => c.learned, i))} / ${figure(mean((c) => c.periodic, i))}`);
  const last = line(["**mean**", figure(mean((c) => c.never, 0)), ...means]);
  return `${[line(head), line(head.map(() => "---")), ...body, last].join("\n")}\n`;
}
