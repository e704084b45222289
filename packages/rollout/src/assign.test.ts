import { expect, test } from "vitest";
import { assign, selects } from "./index.ts";

test.each([
  [{}, true],
  [{ matchLabels: { site: "north" } }, true],
  [{ matchLabels: { site: "south" } }, false],
  [{ matchLabels: { constructor: "x" } }, false],
  [{ matchExpressions: [{ key: "site", operator: "In" as const, values: ["north", "east"] }] }, true],
  [{ matchExpressions: [{ key: "kind", operator: "NotIn" as const, values: ["drone"] }] }, true],
  [{ matchExpressions: [{ key: "site", operator: "NotIn" as const, values: ["north"] }] }, false],
  [{ matchExpressions: [{ key: "site", operator: "Exists" as const }] }, true],
  [{ matchExpressions: [{ key: "site", operator: "DoesNotExist" as const }] }, false],
])("%j selects: %j", (selector, expected) => {
  expect(selects(selector, { site: "north" })).toBe(expected);
});

test("each device has one policy: by priority, then age, then name; the others are told who has it", () => {
  const policy = (name: string, priority: number, createdMs: number, site?: string) => ({
    name,
    priority,
    createdMs,
    selector: site ? { matchLabels: { site } } : {},
  });
  const device = (name: string, site: string) => ({ name, labels: { site } });
  const policies = [policy("young", 0, 9), policy("old", 0, 1), policy("alike", 0, 1), policy("north", 5, 20, "north")];
  const claims = assign(policies, [device("a", "north"), device("b", "south")]);
  expect(claims.get("north")).toEqual({ won: ["a"], lost: [] });
  expect(claims.get("alike")).toEqual({ won: ["b"], lost: [{ device: "a", to: "north" }] });
  expect(claims.get("old")!.lost).toEqual([
    { device: "a", to: "north" },
    { device: "b", to: "alike" },
  ]);
  expect(claims.get("young")!.won).toEqual([]);
});
