import { expect, test } from "vitest";
import { nextNumber, revisionName, revisionsKept, superfluous } from "./revision.ts";

test("a revision's name says what it holds: not the order of fields, and not how it is rolled out", () => {
  const spec = { decision: { policy: "learned" }, budget: { rate: "1kB/s", burst: "1KiB" } };
  const name = revisionName("gate", spec);
  expect(name).toMatch(/^gate-[0-9a-f]{10}$/);
  expect(revisionName("gate", { budget: { burst: "1KiB", rate: "1kB/s" }, decision: { policy: "learned" } })).toBe(
    name,
  );
  expect(revisionName("gate", { ...spec, rollout: { paused: true }, gate: { passes: 3 } })).toBe(name);
  expect(revisionName("gate", { ...spec, decision: { policy: "never" } })).not.toBe(name);
});

test("old revisions go, but none that devices have", () => {
  const all = Array.from({ length: revisionsKept + 3 }, (_, i) => ({ name: `r${i}`, number: i, written: {} }));
  expect(superfluous(all, ["r1", null]).map(({ name }) => name)).toEqual(["r2", "r0"]);
  expect(nextNumber(all)).toBe(revisionsKept + 3);
  expect(nextNumber([])).toBe(1);
});
