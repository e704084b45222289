import type { Condition } from "@sluice/contracts";
import { SluiceError } from "@sluice/contracts";
import { describe, expect, test } from "vitest";
import { ApiError } from "./api-error.ts";
import { outcomeOf, ready, stalled, waiting } from "./outcome.ts";
import { type Conditioned, type Reconciled, statusAfter } from "./report.ts";

const dayMs = 86_400_000;
const after = (object: Conditioned, report: Reconciled, nowMs = 0) =>
  statusAfter(object, report, nowMs) as { observedGeneration: number; conditions: Condition[]; granted?: string };
const policy = (status?: Conditioned["status"]): Conditioned => ({ metadata: { name: "p", generation: 3 }, status });
const short = ({ conditions }: { conditions: Condition[] }) =>
  conditions.map((c) => `${c.type}=${c.status} ${c.reason}`);

describe("what an outcome makes of the status", () => {
  test("ready: nothing but Ready", () => {
    const status = after(policy(), { outcome: ready("12 devices"), status: { granted: "1kB/s" } });
    expect(status).toEqual({
      granted: "1kB/s",
      observedGeneration: 3,
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "Succeeded",
          message: "12 devices",
          observedGeneration: 3,
          lastTransitionTime: "1970-01-01T00:00:00Z",
        },
      ],
    });
  });

  test("waiting, failed and stalled say what happens next", () => {
    const wait = after(policy(), { outcome: waiting("Progressing", "2 of 5 devices", 30_000) });
    expect(short(wait)).toEqual(["Ready=Unknown Progressing", "Reconciling=True Progressing"]);
    expect(wait.conditions[0]?.message).toBe("2 of 5 devices. Looked at again within 30 s.");
    const fail = after(policy(), {
      outcome: { kind: "failed", reason: "Unwritable", message: "no broker.", leastMs: 0 },
    });
    expect(short(fail)).toEqual(["Ready=False Unwritable", "Reconciling=True Unwritable"]);
    expect(fail.conditions[0]?.message).toBe("no broker. Tried again, with growing pauses.");
    const stall = after(policy(), { outcome: stalled("NoDevices", "nothing matches") });
    expect(short(stall)).toEqual(["Ready=False NoDevices", "Stalled=True NoDevices"]);
    expect(stall.conditions[0]?.message).toMatch(/Not tried again until the spec/);
  });

  test("a condition keeps its time until its status changes", () => {
    const first = after(policy(), { outcome: stalled("NoDevices", "nothing matches") });
    const second = after(policy(first), { outcome: stalled("ModelNotFound", "no model") }, dayMs);
    expect(second.conditions.map((c) => c.lastTransitionTime)).toEqual(Array(2).fill("1970-01-01T00:00:00Z"));
    const third = after(policy(second), { outcome: ready("fine") }, dayMs);
    expect(third.conditions.map((c) => c.lastTransitionTime)).toEqual(["1970-01-02T00:00:00Z"]);
  });

  test("a failure keeps what an earlier look found, a new finding replaces it", () => {
    const held = { type: "BudgetHeld", status: "True", reason: "Succeeded", message: "all fits" } as const;
    const first = after(policy(), { outcome: ready("fine"), status: { granted: "1kB/s" }, findings: [held] });
    const failed = after(policy(first), { outcome: stalled("Invalid", "oh") });
    expect(failed.granted).toBe("1kB/s");
    expect(short(failed)).toEqual(["Ready=False Invalid", "Stalled=True Invalid", "BudgetHeld=True Succeeded"]);
    const next = after(policy(failed), { outcome: ready("fine"), status: {} });
    expect(short(next)).toEqual(["Ready=True Succeeded"]);
    expect(next.granted).toBeUndefined();
  });

  test("the same outcome twice makes the same status: nothing to write", () => {
    const report = { outcome: waiting("Progressing", "2 of 5", 1_000), status: { granted: "1kB/s" } };
    const first = after(policy(), report);
    expect(after(policy(first), report, dayMs)).toEqual(first);
  });

  test("a message too long for the API is cut", () => {
    const { conditions } = after(policy(), { outcome: ready("x".repeat(10_000)) });
    expect(conditions[0]?.message).toHaveLength(4_096);
  });
});

describe("what a thrown error means", () => {
  const conflict = {
    reason: "Conflict",
    details: {
      causes: [{ reason: "FieldManagerConflict", message: 'conflict with "kubectl"', field: ".spec.replicas" }],
    },
  };

  test("by its place in the catalogue", () => {
    expect(outcomeOf(new SluiceError("model-digest-mismatch", "cars: other bytes")).kind).toBe("stalled");
    expect(outcomeOf(new SluiceError("disconnected", "no broker"))).toMatchObject({
      kind: "failed",
      reason: "Unwritable",
    });
    expect(outcomeOf(new Error("oh"))).toMatchObject({ kind: "failed", reason: "Unknown", message: "oh" });
  });

  test("by the API server's answer", () => {
    expect(outcomeOf(new ApiError("PUT x", 409, { reason: "Conflict" }))).toEqual({ kind: "conflict", leastMs: 0 });
    expect(outcomeOf(new ApiError("PUT x", 429, {}, 7_000))).toMatchObject({ kind: "failed", leastMs: 7_000 });
    expect(outcomeOf(new ApiError("PUT x", 422, { message: "spec.rate: bad" }))).toMatchObject({ kind: "stalled" });
    expect(outcomeOf(new ApiError("PATCH x", 409, conflict))).toMatchObject({
      kind: "stalled",
      reason: "Conflicting",
      message: expect.stringContaining('.spec.replicas: conflict with "kubectl"') as string,
    });
  });
});
