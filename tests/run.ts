import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runPython } from "./run/python.ts";
import type { Tally } from "./run/tally.ts";

/**
 * What `make test` runs: vitest with the arguments given, then, if there were none, the training's Python tests. Its
 * last line is `N passed, N failed, N skipped`; the skipped ones are listed above it with their reasons.
 */
const root = fileURLToPath(new URL("..", import.meta.url));

function runVitest(args: readonly string[]): Tally {
  const folder = mkdtempSync(join(tmpdir(), "sluice-tests-"));
  const file = join(folder, "tally.json");
  try {
    const reporters = ["--reporter=default", `--reporter=${join(root, "tests/run/tally.ts")}`];
    const command = [join(root, "node_modules/vitest/vitest.mjs"), "run", ...reporters, ...args];
    const env = { ...process.env, SLUICE_TALLY: file };
    const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit", env });
    if (!existsSync(file)) return { passed: 0, failed: status === 0 ? 0 : 1, skipped: [] };
    const tally = JSON.parse(readFileSync(file, "utf8")) as Tally;
    return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const args = process.argv.slice(2);
const tallies = [runVitest(args), ...(args.length === 0 ? [runPython(root)] : [])];
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
const skipped = tallies.flatMap((tally) => tally.skipped);

if (skipped.length > 0) process.stdout.write(`\nSkipped:\n${skipped.map((line) => `  ${line}\n`).join("")}`);
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
process.exitCode = failed > 0 ? 1 : 0;
