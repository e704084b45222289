import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Tally } from "./tally.ts";

const python = ".sluice/train/venv/bin/python";

/** The training's own unit tests, where its Python environment has been set up. */
export function runPython(root: string): Tally {
  const none = { passed: 0, failed: 0 };
  if (!existsSync(join(root, python))) {
    return { ...none, skipped: ["training/tests: no Python environment; `make train` or training/setup.sh makes it"] };
  }
  const args = ["-m", "unittest", "discover", "-s", "training/tests", "-t", "."];
  const run = spawnSync(join(root, python), args, { cwd: root, encoding: "utf8" });
  process.stdout.write(`\ntraining/tests\n${run.stdout ?? ""}${run.stderr ?? ""}`);
  const tally = tallyOf(run.stderr ?? "");
  return run.status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/** Reads the last lines of Python's unittest: `Ran 5 tests in 0.1s`, `FAILED (failures=1, errors=1, skipped=1)`. */
export function tallyOf(output: string): Tally {
  const count = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? 0);
  const ran = count(/^Ran (\d+) tests? in/m);
  const failed = count(/^FAILED \(.*?\bfailures=(\d+)/m) + count(/^FAILED \(.*?\berrors=(\d+)/m);
  const skipped = count(/^(?:OK|FAILED) \(.*?\bskipped=(\d+)/m);
  return {
    passed: Math.max(0, ran - failed - skipped),
    failed,
    skipped: Array.from({ length: skipped }, (_, i) => `training/tests: skipped by unittest, number ${i + 1}`),
  };
}
