import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@sluice/testkit";
import { expect, it } from "vitest";
import type { Findings } from "./measure.ts";
import { page, readResults, writeResults } from "./results.ts";
import { blockMeans, fitLine, quantile } from "./statistics.ts";

const main = join(import.meta.dirname, "main.ts");

it("measures what it is asked for and writes it as numbers", async () => {
  await using dir = tempDir();
  const out = join(dir.path, "results.json");
  const { status, stdout } = spawnSync(process.execPath, [main, "--quick", "--only", "decision-cost", "--out", out], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  expect(stdout).toContain("| assess, decide and fuse, p99 |");
  const results = JSON.parse(readFileSync(out, "utf8")) as Record<string, Findings>;
  for (const { value, unit } of results["decision-cost"]!.measures) {
    expect(value).toBeGreaterThan(0);
    expect(unit).toBe("µs");
  }
});

it("keeps what earlier runs found beside what this one finds", async () => {
  await using dir = tempDir();
  const out = join(dir.path, "deep", "results.json");
  expect(await readResults(out)).toEqual({});
  const findings = (value: number): Findings => ({
    setting: { boxes: 1 },
    measures: [{ name: "n", value, unit: "ms" }],
  });
  await writeResults(out, { memory: findings(1), "round-trip": findings(2) });
  const results = { ...(await readResults(out)), memory: findings(3) };
  const sections = page(results, ["round-trip", "edge-throughput", "memory"]).split("\n## ").slice(1);
  expect(sections.map((text) => text.split("\n")[0])).toEqual(["round-trip", "memory"]);
  expect(sections[1]).toContain("3.00 ms");
});

it("refuses a benchmark that there is not, and names those that there are", () => {
  const { status, stderr } = spawnSync(process.execPath, [main, "--only", "nothing"], { encoding: "utf8" });
  expect(status).toBe(2);
  expect(stderr).toMatch(/no benchmark nothing; there are .*memory/);
});

it("finds quantiles, and a line with the interval of its slope", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([1, 2, 3], 1)).toBe(3);
  const line = fitLine([0, 1, 2, 3].map((x) => [x, 2 * x + 1]));
  expect(line.slope).toBeCloseTo(2);
  expect(line.margin).toBeCloseTo(0);
  expect(
    blockMeans(
      [0, 1, 2, 3].map((x) => [x, x * 10]),
      2,
    ),
  ).toEqual([
    [0.5, 5],
    [2.5, 25],
  ]);
});
