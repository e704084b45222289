import { expect, test } from "vitest";
import { tallyOf } from "./python.ts";

test.each([
  ["Ran 5 tests in 0.1s\n\nOK\n", 5, 0, 0],
  ["Ran 1 test in 0.1s\n\nFAILED (errors=1)\n", 0, 1, 0],
  ["Ran 9 tests in 2s\n\nFAILED (failures=2, errors=1, skipped=3)\n", 3, 3, 3],
  ["Ran 4 tests in 2s\n\nOK (skipped=1)\n", 3, 0, 1],
  ["ModuleNotFoundError", 0, 0, 0],
])("reads %j", (output, passed, failed, skipped) => {
  const tally = tallyOf(output);
  expect([tally.passed, tally.failed, tally.skipped.length]).toEqual([passed, failed, skipped]);
});
