import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { repoRoot } from "@sluice/testkit";
import { allocation } from "./allocation.ts";
import { cloudThroughput } from "./cloud-throughput.ts";
import type { Benchmark } from "./context.ts";
import { decisionCost } from "./decision-cost.ts";
import { edgeThroughput } from "./edge-throughput.ts";
import { localLatency } from "./local-latency.ts";
import { findMaterial } from "./material.ts";
import { type Findings, scales } from "./measure.ts";
import { memory } from "./memory.ts";
import { roundTrip } from "./round-trip.ts";
import { table } from "./table.ts";

const benchmarks: Readonly<Record<string, Benchmark>> = {
  allocation,
  "decision-cost": decisionCost,
  "edge-throughput": edgeThroughput,
  "local-latency": localLatency,
  "cloud-throughput": cloudThroughput,
  "round-trip": roundTrip,
  memory,
};

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    out: { type: "string", default: join(repoRoot, ".sluice/bench/results.json") },
    docs: { type: "boolean", default: false },
  },
});

const names = values.only ?? Object.keys(benchmarks);
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(benchmarks).join(", ")}\n`);
  process.exit(2);
}

const context = { scale: values.quick ? scales.quick : scales.full, material: findMaterial() };
const results: Record<string, Findings> = {};
const tables: string[] = [];
for (const name of names) {
  results[name] = await benchmarks[name]!(context);
  tables.push(table(name, results[name]));
  process.stdout.write(`${tables.at(-1)}\n`);
}
await mkdir(dirname(values.out), { recursive: true });
await writeFile(values.out, `${JSON.stringify(results, null, 2)}\n`);
if (values.docs) await writeFile(join(repoRoot, "docs/reference/speed.md"), document(tables));
process.stdout.write(`written to ${values.out}\n`);

function document(sections: readonly string[]): string {
  const intro =
    "Measured by `make bench`, each figure beside its peer or limit in the same run: programs that are compared take " +
    "turns of a few seconds, and a ratio is the median over the rounds. Absolute figures are those of the machine at " +
    "hand; only the ratios carry over.\n";
  return `# Speed\n\n${intro}\n${sections.join("\n")}`;
}
