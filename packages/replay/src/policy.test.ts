import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBudget, readPolicy, specOf } from "./policy.ts";
import { run } from "./run.ts";
import { scenery } from "./trace.builder.ts";
import { bytesOfAll, secondsOf } from "./trace.ts";

const rungs = [
  { name: "small", width: 160, bytes: 2_000 },
  { name: "full", width: 640, bytes: 10_000 },
];
const head = "apiVersion: sluice.dev/v1alpha1\nkind: OffloadPolicy\nmetadata: {name: plain}\n";
const draftOf = (spec: unknown) => readPolicy(`${head}spec: ${JSON.stringify(spec)}\n`, "P.yaml");

describe("a policy on a trace", () => {
  it("may be empty: the trace's rungs, largest first, and a bucket that loses nothing", async () => {
    const trace = await scenery({ frames: 50, rungs });
    const spec = specOf(draftOf({}), trace, { budget: readBudget("10%") });
    expect(spec.payload.rungs.map(({ name }) => name)).toEqual(["full", "small"]);
    expect(spec.budget.rate * secondsOf(trace)).toBeCloseTo(0.1 * bytesOfAll(trace), 6);
    expect(spec.budget.burst).toBe(Math.ceil(spec.budget.rate * secondsOf(trace)));
    expect(spec.decision.policy).toBe("learned");
  });

  it("keeps what the policy says itself", async () => {
    const trace = await scenery({ frames: 50, rungs });
    const said = {
      budget: { rate: "80kbit/s", burst: "16KiB" },
      payload: { rungs: [{ name: "small", width: 160, quality: 75 }] },
    };
    const spec = specOf(draftOf(said), trace, { deadlineMs: 300 });
    expect(spec.budget).toEqual({ rate: 10_000, burst: 16_384 });
    expect(spec.payload.rungs.map(({ name }) => name)).toEqual(["small"]);
    expect(spec.delivery.deadline).toBe(300);
    expect(() => specOf(draftOf({ payload: { rungs: [{ name: "tiny", width: 32, quality: 5 }] } }), trace)).toThrow(
      'no rung "tiny"; it has small, full',
    );
  });

  it("brings the classes that it focuses on; zones belong to cameras, and a trace has none", async () => {
    const trace = await scenery({ frames: 20, rungs });
    const draft = draftOf({ focus: { classes: ["person"], zones: ["lane"] } });
    expect(specOf(draft, trace).focus).toEqual({ classes: ["person"], zones: {} });
  });

  it("may be the oracle here, and nowhere else", () => {
    expect(draftOf({ decision: { policy: "oracle" } })).toMatchObject({ oracle: true, name: "plain" });
    expect(() => draftOf({ decision: { policy: "oracle", every: -1 } })).toThrow("spec.decision.every");
    expect(() => draftOf({ decision: { policy: "psychic" } })).toThrow("spec.decision.policy");
  });

  it("names what is wrong with a document, whatever it is", () => {
    const outcome = (text: string) => {
      try {
        return readPolicy(text, "P.yaml") && "read";
      } catch (error) {
        return (error as Error).message;
      }
    };
    for (const text of [
      "",
      "[]",
      "3",
      "a: [",
      `${head}spec: 3`,
      `${head}spec: {decision: []}`,
      `${head}spec: {budget: null}`,
    ]) {
      expect(outcome(text)).toMatch(/^P\.yaml: /);
    }
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(outcome(`${head}spec: ${JSON.stringify(value)}`)).toMatch(/^read$|^P\.yaml: /);
      }),
    );
  });
});

describe("a budget", () => {
  it("is a share or a rate", () => {
    expect(readBudget("2.5 %")).toEqual({ share: 0.025 });
    expect(readBudget("200kbit/s")).toEqual({ bytesPerSecond: 25_000 });
    for (const text of ["", "-5%", "ten", "NaN%", "1e400%", "10"])
      expect(() => readBudget(text)).toThrow(/budget .*write a percentage/);
  });

  it("is never exceeded, however odd it is", async () => {
    const trace = await scenery({ frames: 40, rungs });
    const odd = fc.record({
      rate: fc.double({ min: 0, max: 1e12, noNaN: true }),
      burst: fc.integer({ min: 0, max: 1e9 }),
    });
    fc.assert(
      fc.property(odd, fc.constantFrom("learned", "always", "periodic"), ({ rate, burst }, policy) => {
        const spec = { ...specOf(draftOf({ decision: { policy } }), trace), budget: { rate, burst } };
        let bytes = 0;
        for (const each of run(trace, { spec, seed: 1, road: { network: undefined, rttMs: 0 } }).frames) {
          bytes += each.bytes;
          expect(bytes).toBeLessThanOrEqual(rate * each.frame.t + 1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });
});
