import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Network, readNetwork } from "./network.ts";

const steps = fc
  .array(fc.record({ ms: fc.integer({ min: 1, max: 500 }), bytesPerMs: fc.integer({ min: 0, max: 50 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((gaps) => {
    let atMs = -gaps[0]!.ms;
    return gaps.map(({ ms, bytesPerMs }) => ({ atMs: (atMs += ms), bytesPerMs }));
  })
  .filter((all) => all.some(({ bytesPerMs }) => bytesPerMs > 0));

/** Bytes that a link carries between two times, a millisecond at a time. */
function carried(all: readonly { atMs: number; bytesPerMs: number }[], fromMs: number, toMs: number): number {
  const last = all.at(-1)!.atMs;
  const length = last + (all.length > 1 ? last - all.at(-2)!.atMs : 1_000);
  let bytes = 0;
  for (let ms = fromMs; ms < toMs; ms++) bytes += all.findLast(({ atMs }) => atMs <= ms % length)!.bytesPerMs;
  return bytes;
}

describe("a traced link", () => {
  it("has carried, when bytes are through, just these", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20_000 }), (all, bytes) => {
        const network = new Network(all);
        expect(network.carriedBytes(network.sentAtMs(0, bytes))).toBeCloseTo(bytes, 6);
      }),
    );
  });

  it("carries in a time what its rates add up to, round after round", () => {
    const request = fc.record({ from: fc.integer({ min: 0, max: 5_000 }), bytes: fc.integer({ min: 1, max: 20_000 }) });
    fc.assert(
      fc.property(steps, request, (all, { from, bytes }) => {
        const endMs = new Network(all).sentAtMs(from, bytes);
        expect(carried(all, from, Math.ceil(endMs - 1e-6))).toBeGreaterThanOrEqual(bytes);
        expect(carried(all, from, Math.floor(endMs - 1e-6))).toBeLessThan(bytes);
      }),
    );
  });

  it("reads lines of seconds and Mbit/s", () => {
    const network = readNetwork("10.0 8\n11.0 0\n12.0 0.8\n", "bus");
    expect(network.sentAtMs(0, 1_000)).toBeCloseTo(1);
    expect(network.sentAtMs(500, 500_100)).toBeCloseTo(2_001);
  });

  it("says which line is wrong", () => {
    expect(() => readNetwork("", "bus")).toThrow("bus: no line in it");
    expect(() => readNetwork("1 2\n1 3\n", "bus")).toThrow("bus, line 2: time does not go on");
    expect(() => readNetwork("1 2\n\n2 fast\n", "bus")).toThrow("bus, line 3: the rate must be 0 to");
    expect(() => readNetwork("1 -2\n", "bus")).toThrow("line 1");
    expect(() => readNetwork("one 2\n", "bus")).toThrow("line 1: must be two numbers");
  });
});
