import { spawnSync } from "node:child_process";
import { exitCodes } from "./failure.ts";
import { doctor } from "./workspace.ts";

/** The same check that `make` runs, so that it also works where nothing is installed yet. */
export function runDoctor(): void {
  const { status } = spawnSync("bash", [doctor], { stdio: "inherit" });
  process.exitCode = status === 0 ? exitCodes.ok : exitCodes.failure;
}
