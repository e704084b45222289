import { expect, test } from "vitest";
import * as z from "zod";
import { nameSchema } from "../names.ts";
import { immutable, ruled } from "./rule.ts";
import { structural } from "./structural.ts";

test("a field of two types is refused, with its path", () => {
  expect(() => structural(z.object({ a: z.object({ b: z.union([z.string(), z.int()]) }) }))).toThrow(".a.b: a field");
});

test("rules add up, whatever is described in between", () => {
  const odd = { cel: "self != 'b'", message: "not b", holds: (text: string) => text !== "b" };
  const schema = immutable(
    ruled(
      z
        .string()
        .regex(/^[a-z]$/, "one letter")
        .describe("A letter."),
      odd,
    ),
    "stay",
  );
  expect(structural(schema)["x-kubernetes-validations"]).toEqual([
    { rule: "self.matches(r'^[a-z]$')", message: "one letter" },
    { rule: "self != 'b'", message: "not b" },
    { rule: "self == oldSelf", message: "is immutable: stay" },
  ]);
  expect(schema.safeParse("b").error?.issues[0]?.message).toBe("not b");
});

test("a pattern without a message stays one, and what the API server does not know is left out", () => {
  expect(structural(z.string().regex(/^\d$/))).toEqual({ type: "string", pattern: "^\\d$" });
  expect(structural(z.strictObject({ a: z.array(z.string()).readonly() }))).toEqual({
    type: "object",
    required: ["a"],
    properties: { a: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "atomic" } },
  });
});

test("entries with a name are a map by it", () => {
  expect(structural(z.array(z.strictObject({ name: nameSchema })))).toMatchObject({
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
  });
});
