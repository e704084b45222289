import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, mergePatch, sameJson } from "./equal.ts";

type Json = Record<string, unknown>;

/** RFC 7396, section 2. */
function patched(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const record = typeof target === "object" && target !== null && !Array.isArray(target) ? { ...(target as Json) } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete record[name];
    else record[name] = patched(record[name], value);
  }
  return record;
}

const leaf = fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom("a", "b"), fc.boolean());
const { object } = fc.letrec<{ object: Json; value: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("value"), { maxLength: 2 }), tie("object")),
  object: fc.dictionary(fc.constantFrom("x", "y", "z"), tie("value"), { noNullPrototype: true, maxKeys: 3 }),
}));

test("a merge patch makes one object into the other, and there is none between objects that are alike", () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const patch = mergePatch(before, after);
      expect(patch === undefined).toBe(sameJson(before, after));
      expect(patched(before, JSON.parse(JSON.stringify(patch ?? {})))).toEqual(after);
    }),
  );
});

test("the order of fields does not matter, that of items does", () => {
  expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: 1 })).toBe('{"a":1,"b":[1,{"c":2,"d":1}]}');
  expect(sameJson({ a: 1, b: undefined }, { a: 1 })).toBe(true);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
  expect(sameJson({ a: null }, {})).toBe(false);
});
