import { expect, test } from "vitest";
import { offloadSchema } from "../budget.ts";
import { offloadPolicySchema, offloadPolicySpecSchema, offloadSpecOf } from "./offload-policy.ts";

test("an empty spec is a whole policy for replay, and a device's spec follows from it", () => {
  const spec = offloadPolicySpecSchema.parse({});
  const plain = offloadSchema.parse({ model: "street-cloud", budget: { rate: "200kbit/s" } });
  expect(offloadSpecOf(spec, { model: "street-cloud" })).toEqual(plain);
});

test("a lease's rate counts for a device, and never more than the cap without one", () => {
  const spec = offloadPolicySpecSchema.parse({ budget: { rate: "8Mbit/s", cap: "80kbit/s" } });
  expect(offloadSpecOf(spec, { model: "m" }).budget.rate).toBe(10_000);
  expect(offloadSpecOf(spec, { model: "m", bytesPerSecond: 7 }).budget.rate).toBe(7);
});

test("an object of the cluster is read with what the API server adds, and without a status", () => {
  const object = {
    apiVersion: "sluice.dev/v1alpha1",
    kind: "OffloadPolicy",
    metadata: { name: "gate", namespace: "default", uid: "u", generation: 3, managedFields: [{ manager: "kubectl" }] },
    spec: { backendRef: { name: "street" }, budget: { quota: { size: "50GiB", per: "month" } } },
  };
  const policy = offloadPolicySchema.parse(object);
  expect(policy).toMatchObject({ metadata: { generation: 3 }, spec: { budget: { quota: { size: 50 * 2 ** 30 } } } });
  expect(() => offloadPolicySchema.parse({ ...object, spec: { bugdet: {} } })).toThrow("bugdet");
});
