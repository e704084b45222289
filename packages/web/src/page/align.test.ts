import { expect, test } from "vitest";
import { sampleResult } from "../fleet/sample.builder.ts";
import { patienceMs, resultFor, takeDue } from "./align.ts";

const results = [10, 11, 13].map((frame) => sampleResult({ frame }));
const waiting = (frame: number | null, atMs = 0) => ({ frame, atMs, picture: frame });

test("a picture meets the result of its own frame, else the nearest one, but not one of another scene", () => {
  expect(resultFor(results, 11)?.frame).toBe(11);
  expect(resultFor(results, 14)?.frame).toBe(13);
  expect(resultFor(results, 1_000)).toBeUndefined();
  expect(resultFor(results, null)?.frame).toBe(13);
});

test("a picture waits for its result, then for no longer than it must", () => {
  const early = takeDue([waiting(14)], results, 10);
  expect(early).toEqual({ due: undefined, rest: [waiting(14)] });
  expect(takeDue([waiting(14)], results, patienceMs).due?.frame).toBe(14);
  expect(takeDue([waiting(12)], results, 10).due?.frame).toBe(12);
  expect(takeDue([waiting(null)], [], 10).due?.frame).toBeNull();
});

test("the newest picture that is due goes first, older ones are let go, and few wait", () => {
  const { due, rest } = takeDue([waiting(10), waiting(12), waiting(20)], results, 10);
  expect(due?.frame).toBe(12);
  expect(rest.map((w) => w.frame)).toEqual([20]);
  const crowd = Array.from({ length: 40 }, (_, i) => waiting(100 + i));
  expect(takeDue(crowd, results, 10).rest.length).toBe(8);
});
