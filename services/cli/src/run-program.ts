import { existsSync } from "node:fs";
import { UsageError } from "./failure.ts";
import { type ProgramName, programFile } from "./workspace.ts";

/** Becomes the named program: it reads its arguments and handles signals exactly as when started by itself. */
export async function runProgram(name: ProgramName, config: string): Promise<void> {
  if (!existsSync(config)) throw new UsageError(`--config ${config}: no such file`);
  const program = programFile(name);
  process.argv.splice(1, process.argv.length, program, "--config", config);
  await import(program);
}
