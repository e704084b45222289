import { until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  apply,
  corrected,
  isLacking,
  killPods,
  kubectl,
  patchPolicy,
  patience,
  policy,
  reports,
  settled,
  why,
} from "./fleet.ts";

const revisions = async () => (await reports()).map((one) => one.policy?.revision);
const phase = () => policy(".status.rollout.phase");
const waves = (more: object) => ({ rollout: { waves: [{ name: "first", count: 1, ...more }] } });

/** All devices act on the newest revision. */
async function rolledOut(): Promise<void> {
  const everywhere = async () => {
    const [newest, generation, seen] = await Promise.all(
      [".status.updateRevision", ".metadata.generation", ".status.observedGeneration"].map(policy),
    );
    return generation === seen && (await revisions()).every((one) => one === newest);
  };
  await until(everywhere, { ...patience, what: "the newest revision on all devices" });
}

describe.skipIf(isLacking)(`a policy on a real node${why}`, () => {
  beforeAll(settled);
  afterAll(async () => {
    if (isLacking) return;
    await patchPolicy({ budget: { rate: "1Mbit/s" }, edgeModelRef: null, ...waves({}) });
  });

  test("an edit reaches every device, and its budget is theirs", async () => {
    await patchPolicy({ budget: { rate: "800kbit/s" } });
    await rolledOut();
    const leased = async () => {
      const bytes = (await reports()).reduce((sum, one) => sum + (one.lease?.bytesPerSecond ?? Number.NaN), 0);
      return bytes <= 100_000 ? bytes : undefined;
    };
    expect(await until(leased, { ...patience, what: "leases within the new budget" })).toBeGreaterThan(50_000);
  });

  test("a policy that a device cannot follow is rolled back, and the device works on", async () => {
    const good = await policy(".status.currentRevision");
    const broken = {
      uri: "file:/nowhere/broken.onnx",
      sha256: "0".repeat(64),
      task: "detection",
      family: "yolox",
      input: { width: 640, height: 640 },
      classes: ["coco80"],
    };
    const model = {
      apiVersion: "sluice.dev/v1alpha1",
      kind: "InferenceModel",
      metadata: { name: "broken" },
      spec: broken,
    };
    await apply(model);
    await patchPolicy({ edgeModelRef: { name: "broken" } });
    await until(async () => (await phase()) === "RolledBack", { ...patience, what: "the rollback" });
    await until(async () => (await revisions()).every((one) => one === good), {
      ...patience,
      what: "the good revision",
    });
    expect(await policy(".status.rollout.failure.metric")).toBe("refused");
    await corrected();
    await patchPolicy({ edgeModelRef: null });
    await settled();
  });

  test("a rollout outlasts all operators", async () => {
    await patchPolicy({ delivery: { deadline: "4s" }, ...waves({ approval: true }) });
    await until(async () => (await phase()) === "AwaitingApproval", { ...patience, what: "the first wave" });
    const half = await revisions();
    expect(new Set(half).size).toBe(2);
    await killPods("sluice-operator");
    await kubectl("annotate", "olp", "trial", `sluice.dev/promote=${await policy(".status.updateRevision")}/1`);
    await rolledOut();
    await settled();
  });
});
