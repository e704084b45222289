import { offloadPolicySchema } from "@sluice/contracts";
import { createMetrics } from "@sluice/observability";
import { expect, test } from "vitest";
import type { Policy } from "../ports.ts";
import { Gauges } from "./gauges.ts";
import { policyFigures } from "./policies.ts";

const policy = (status: object): Policy =>
  offloadPolicySchema.parse({
    apiVersion: "sluice.dev/v1alpha1",
    kind: "OffloadPolicy",
    metadata: { name: "gate", namespace: "fleet" },
    spec: { backendRef: { name: "cloud" } },
    status,
  }) as unknown as Policy;

async function said(...rounds: readonly (readonly Policy[])[]): Promise<string[]> {
  const metrics = createMetrics();
  const gauges = new Gauges(metrics);
  for (const round of rounds) gauges.say(policyFigures(round));
  const lines = (await metrics.render()).split("\n");
  return lines.filter((line) => line.startsWith("sluice_operator_policy_"));
}

const rolling = {
  devices: { selected: 4, online: 3, updated: 1 },
  rollout: {
    phase: "Measuring",
    step: "2/3",
    metrics: [
      { name: "agreement", value: "0.81", verdict: "Good" },
      { name: "drops", verdict: "Unknown" },
      { name: "bytes", value: "1.2", verdict: "Bad" },
    ],
  },
};

test("what is stored of a rollout is said, and what is not known is left out", async () => {
  expect(await said([policy(rolling)])).toEqual([
    'sluice_operator_policy_devices{policy="gate",state="selected"} 4',
    'sluice_operator_policy_devices{policy="gate",state="online"} 3',
    'sluice_operator_policy_devices{policy="gate",state="updated"} 1',
    'sluice_operator_policy_phase{policy="gate",phase="Measuring"} 1',
    'sluice_operator_policy_wave{policy="gate"} 2',
    'sluice_operator_policy_waves{policy="gate"} 3',
    'sluice_operator_policy_gate_value{policy="gate",metric="agreement"} 0.81',
    'sluice_operator_policy_gate_value{policy="gate",metric="bytes"} 1.2',
    'sluice_operator_policy_gate_good{policy="gate",metric="agreement"} 1',
    'sluice_operator_policy_gate_good{policy="gate",metric="bytes"} 0',
  ]);
});

test("a phase that is over and a policy that is gone are not spoken of any more", async () => {
  const done = { rollout: { phase: "Done", step: "3/3" } };
  const after = await said([policy(rolling)], [policy(done)]);
  expect(after.filter((line) => line.includes("phase"))).toEqual([
    'sluice_operator_policy_phase{policy="gate",phase="Done"} 1',
  ]);
  expect(after).toHaveLength(3);
  expect(await said([policy(rolling)], [])).toEqual([]);
});
