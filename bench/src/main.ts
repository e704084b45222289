import { writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repoRoot } from "@sluice/testkit";
import { allocation } from "./allocation.ts";
import { cloudThroughput } from "./cloud-throughput.ts";
import type { Benchmark } from "./context.ts";
import { decisionQuality } from "./decision/quality.ts";
import { decisionCost } from "./decision-cost.ts";
import { edgeThroughput } from "./edge-throughput.ts";
import { fleetScale } from "./fleet-scale.ts";
import { leaseTurn } from "./lease-turn.ts";
import { loadProfile } from "./load-profile.ts";
import { localLatency } from "./local-latency.ts";
import { findMaterial } from "./material.ts";
import { type Findings, scales } from "./measure.ts";
import { memory } from "./memory.ts";
import { operatorStore } from "./operator-store.ts";
import { replaySpeed } from "./replay-speed.ts";
import { page, readResults, writeResults } from "./results.ts";
import { roundTrip } from "./round-trip.ts";
import { sceneMemory } from "./scene-memory.ts";
import { table } from "./table.ts";

const benchmarks: Readonly<Record<string, Benchmark>> = {
  allocation,
  "lease-turn": leaseTurn,
  "decision-cost": decisionCost,
  "decision-quality": decisionQuality,
  "replay-speed": replaySpeed,
  "edge-throughput": edgeThroughput,
  "local-latency": localLatency,
  "cloud-throughput": cloudThroughput,
  "round-trip": roundTrip,
  memory,
  "scene-memory": sceneMemory,
  "operator-store": operatorStore,
  "fleet-scale": fleetScale,
  "load-profile": loadProfile,
};

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    out: { type: "string", default: join(repoRoot, ".sluice/bench/results.json") },
    docs: { type: "boolean", default: false },
  },
});

/** Figures of a machine that others use too are not those of an idle one: said beside them. */
const machineNow = () => `${availableParallelism()} cores, load average ${loadavg()[0]!.toFixed(1)} before`;

const names = values.only ?? Object.keys(benchmarks);
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(benchmarks).join(", ")}\n`);
  process.exit(2);
}

const context = { scale: values.quick ? scales.quick : scales.full, material: findMaterial() };
const before = await readResults(values.out);
const found: Record<string, Findings> = {};
for (const name of names) {
  const machine = machineNow();
  const { setting, measures } = await benchmarks[name]!(context);
  found[name] = { setting: { ...setting, machine }, measures };
  process.stdout.write(`${table(name, found[name])}\n`);
}
const results = { ...before, ...found };
await writeResults(values.out, results);
if (values.docs) await writeFile(join(repoRoot, "docs/reference/speed.md"), page(results, Object.keys(benchmarks)));
process.stdout.write(`written to ${values.out}\n`);
