import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repoRoot } from "@sluice/testkit";
import type { Context } from "../context.ts";
import type { Findings } from "../measure.ts";
import { groups, recorded } from "./footage.ts";
import { measuresOf } from "./measures.ts";
import { tryInThreads } from "./pool.ts";
import { budgets } from "./sums.ts";
import { tables } from "./tables.ts";
import type { Trial } from "./trials.ts";

/** Where the tables of the last run are, each between marks that name it, for the reference. */
export const tablesPath = join(repoRoot, ".sluice/bench/decision.md");

/**
 * What each byte budget buys on every recording: all policies, with and without fusion, beside the clairvoyant optimum;
 * over networks; and several streams under one budget. About a quarter of an hour on two cores, once all is recorded.
 */
export async function decisionQuality({ scale: { seeds } }: Context): Promise<Findings> {
  const all = groups();
  for (const recording of all.flatMap(({ recordings }) => recordings)) await recorded(recording);
  const trials = budgets.flatMap((budget) => all.map((group): Trial => ({ group, budget, seeds })));
  let done = 0;
  const found = await tryInThreads(trials, ({ group, budget }) => {
    process.stderr.write(`decision-quality: ${++done} of ${trials.length}, ${group.name} at ${budget} %\n`);
  });
  await mkdir(join(repoRoot, ".sluice/bench"), { recursive: true });
  await writeFile(tablesPath, tables(found));
  const recordings = all.reduce((sum, group) => sum + group.recordings.length, 0);
  return {
    setting: { recordings, seeds, budgets: budgets.map((budget) => `${budget} %`).join(" ") },
    measures: measuresOf(found),
  };
}
