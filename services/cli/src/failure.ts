import { asSluiceError, SluiceError } from "@sluice/contracts";
import { CommanderError } from "commander";
import type { Colors } from "picocolors/types.js";

export const exitCodes = { ok: 0, failure: 1, usage: 2, different: 3 } as const;

/** The command line itself is wrong; `message` has a line for each problem. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command has said all that it had to; its exit code is its answer. */
export class Verdict extends Error {
  override readonly name = "Verdict";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Writes what went wrong and what to do, and returns the exit code. Commander has written its own messages already. */
export function reportFailure(error: unknown, write: (text: string) => void, colors: Colors): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof Verdict) return error.exitCode;
  if (error instanceof UsageError) {
    write(`${colors.red("error")} ${error.message}\n`);
    return exitCodes.usage;
  }
  const known = asSluiceError(error);
  write(`${colors.red(`error[${known.code}]`)} ${known.message}\n  ${colors.bold("cure")}: ${known.cure}\n`);
  if (!(error instanceof SluiceError) && error instanceof Error) write(`${error.stack}\n`);
  return exitCodes.failure;
}
