import { exitCodes, reportFailure } from "./failure.ts";
import { buildProgram } from "./program.ts";
import { terminalOf } from "./terminal.ts";

// Whoever reads may have read enough, as `head` has.
process.stdout.on("error", (error: Error & { code?: string }) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.ok);
});
const out = terminalOf(process.stdout);
const problems = terminalOf(process.stderr);
const program = buildProgram(out, problems);
if (/kubectl-sluice(\.js)?$/.test(process.argv[1] ?? "")) program.name("kubectl sluice");

try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync(process.argv);
  process.exitCode ??= exitCodes.ok;
} catch (error) {
  process.exitCode = reportFailure(error, problems.write, problems.colors);
}
