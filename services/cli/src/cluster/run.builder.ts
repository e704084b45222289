import pc from "picocolors";
import { reportFailure } from "../failure.ts";
import { buildProgram } from "../program.ts";
import type { Terminal } from "../terminal.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly problems: string;
}

/** Runs a command in this process, as `main.ts` does, and keeps what it writes: 80 columns, no colours. */
export async function run(...args: readonly string[]): Promise<Ran> {
  let out = "";
  let problems = "";
  const terminal = (write: Terminal["write"]): Terminal => ({
    live: false,
    columns: 80,
    colors: pc.createColors(false),
    write,
  });
  const problem = terminal((text) => void (problems += text));
  const program = buildProgram(
    terminal((text) => void (out += text)),
    problem,
  );
  let code = 0;
  try {
    await program.parseAsync(["node", "sluice", ...args]);
  } catch (error) {
    code = reportFailure(error, problem.write, problem.colors);
  }
  return { code, out, problems };
}

/** Text without the spaces that make columns of it. */
export const squeezed = (text: string): string => text.replace(/ {2,}/g, " ");
export const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));
