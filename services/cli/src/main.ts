import { exitCodes, reportFailure } from "./failure.ts";
import { buildProgram } from "./program.ts";
import { terminalOf } from "./terminal.ts";

const out = terminalOf(process.stdout);
const problems = terminalOf(process.stderr);
const program = buildProgram(out, problems);

try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync(process.argv);
  process.exitCode ??= exitCodes.ok;
} catch (error) {
  process.exitCode = reportFailure(error, problems.write, problems.colors);
}
