import * as fc from "fast-check";
import { expect, test } from "vitest";
import { allFinite } from "./finite.ts";

test("agrees with Number.isFinite on any values", () => {
  fc.assert(
    fc.property(fc.float32Array({ minLength: 0, maxLength: 20 }), (values) => {
      expect(allFinite(values)).toBe(values.every(Number.isFinite));
    }),
  );
});

test.each([NaN, Infinity, -Infinity])("one %s among many is found, also inside a view", (bad) => {
  const values = new Float32Array(1_000);
  values[777] = bad;
  expect(allFinite(values.subarray(100))).toBe(false);
  expect(allFinite(values.subarray(0, 777))).toBe(true);
});

test("the largest and smallest floats are finite", () => {
  expect(allFinite(Float32Array.of(3.4028234663852886e38, -3.4028234663852886e38, 1e-45, -0))).toBe(true);
});
