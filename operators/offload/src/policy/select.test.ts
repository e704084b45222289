import { edgeDeviceSchema, offloadPolicySpecSchema } from "@sluice/contracts";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Objects } from "../ports.ts";
import { claims, ownerOf, select } from "./select.ts";

const label = fc.record({ site: fc.constantFrom("north", "south"), kind: fc.constantFrom("camera", "drone") });
const matchLabels: fc.Arbitrary<Record<string, string>> = fc.oneof(
  fc.constant({}),
  label.map(({ site }) => ({ site })),
  label.map(({ kind }) => ({ kind })),
);
interface Policy {
  readonly matchLabels: Record<string, string>;
  readonly priority: number;
  readonly going: boolean;
}
const policy: fc.Arbitrary<Policy> = fc.record({
  matchLabels,
  priority: fc.integer({ min: -1, max: 1 }),
  going: fc.boolean(),
});

const deviceOf = (labels: Record<string, string>, i: number) =>
  edgeDeviceSchema.parse({
    apiVersion: "sluice.dev/v1alpha1",
    kind: "EdgeDevice",
    metadata: { namespace: "default", name: `d-${i}`, labels },
    spec: {},
  });

/** A source of objects, as far as selecting goes. */
function objectsOf(devices: readonly Record<string, string>[], policies: readonly Policy[]): Objects {
  const deviceObjects = devices.map(deviceOf).map((device) => [`default/${device.metadata.name}`, device] as const);
  const policyObjects = policies.map(({ matchLabels: labels, priority, going }, i) => {
    const spec = offloadPolicySpecSchema.parse({ selector: { matchLabels: labels }, priority });
    const metadata = {
      namespace: "default",
      name: `p-${i}`,
      ...(going && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    };
    return [`default/p-${i}`, { metadata, spec }] as const;
  });
  const stores = { devices: new Map(deviceObjects), policies: new Map(policyObjects) };
  return { namespace: "default", edits: 0, ...stores } as unknown as Objects;
}

test("the owner of one device is who wins it among all, and a selection is the same until the next edit", () => {
  fc.assert(
    fc.property(fc.array(label, { maxLength: 6 }), fc.array(policy, { maxLength: 4 }), (devices, policies) => {
      const objects = objectsOf(devices, policies);
      for (const device of objects.devices.values()) {
        expect(ownerOf(device, objects)).toBe(claims(objects).owners.get(device.metadata.name));
      }
      for (const one of objects.policies.values()) {
        const first = select(one, objects);
        expect(first.devices.every((device) => ownerOf(device, objects) === one.metadata.name)).toBe(true);
        expect(select(one, objects)).toBe(first);
        expect(select(one, Object.assign(objects, { edits: objects.edits + 1 }))).not.toBe(first);
      }
    }),
  );
});
