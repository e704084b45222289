import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** How a run of tests ended. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** One entry a skipped test: its name, and why. */
  readonly skipped: readonly string[];
}

/** Writes a {@link Tally} to the file that SLUICE_TALLY names; a file that cannot be loaded counts as one failure. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const broken = modules.flatMap((module) => [module, ...module.children.allSuites()].flatMap((s) => s.errors()));
    const tally: Tally = {
      passed: inState("passed").length,
      failed: inState("failed").length + broken.length + unhandled.length,
      skipped: inState("skipped").map((test) => {
        const result = test.result();
        const note = result.state === "skipped" ? result.note : undefined;
        return `${test.module.relativeModuleId}: ${test.fullName}${note ? `: ${note}` : ""}`;
      }),
    };
    writeFileSync(process.env["SLUICE_TALLY"]!, JSON.stringify(tally));
  }
}
