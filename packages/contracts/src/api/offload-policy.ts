import * as z from "zod";
import {
  auditSchema,
  decisionSchema,
  deliverySchema,
  focusClassesSchema,
  type OffloadSpec,
  payloadSchema,
} from "../budget.ts";
import { limits } from "../limits.ts";
import { nameSchema } from "../names.ts";
import { fleetBudgetSchema } from "./fleet-budget.ts";
import { gateSchema } from "./gate.ts";
import { policyStatusSchema } from "./policy-status.ts";
import { referenceSchema, resourceSchema, selectorSchema } from "./resource.ts";
import { rolloutSchema } from "./rollout.ts";
import { inCluster } from "./rule.ts";

export const focusSchema = z
  .strictObject({
    classes: focusClassesSchema,
    zones: z
      .array(nameSchema)
      .max(limits.zonesPerStream)
      .default([])
      .describe(
        "Only what stands in these zones of a stream is worth bytes; the whole picture if empty, or where a stream has none of them.",
      ),
  })
  .prefault({});

/** All fields have defaults or may be absent, so that `{}` can be replayed; a cluster insists on a backend. */
const specShape = z.strictObject({
  selector: selectorSchema.describe("The EdgeDevices that it is for, by their labels; all if empty.").prefault({}),
  priority: z
    .int()
    .min(-1_000)
    .max(1_000)
    .default(0)
    .describe("Of policies that select the same device the highest wins, then the oldest, then the first by name."),
  edgeModelRef: referenceSchema.optional().describe("Model for the devices; they keep what they have if not given."),
  backendRef: referenceSchema.optional().describe("InferenceBackend that answers; a cluster insists on it."),
  budget: fleetBudgetSchema.describe("What may be sent."),
  decision: decisionSchema.describe("How frames are chosen."),
  focus: focusSchema.describe("What better answers are worth something."),
  payload: payloadSchema.describe("What is sent of a frame."),
  delivery: deliverySchema.describe("When an answer must have come."),
  audit: auditSchema.describe("What is sent only to measure."),
  gate: gateSchema.describe("What each wave of a rollout must pass."),
  rollout: rolloutSchema.describe("How a change reaches the devices."),
});

export const offloadPolicySpecSchema = inCluster(
  specShape,
  "has(self.backendRef)",
  "backendRef is required: name the InferenceBackend that answers",
);
export type OffloadPolicySpec = z.output<typeof offloadPolicySpecSchema>;

/** What a fleet may send, which frames it sends, and how a change of that reaches the devices. */
export const offloadPolicySchema = resourceSchema("OffloadPolicy", offloadPolicySpecSchema, policyStatusSchema);
export type OffloadPolicy = z.output<typeof offloadPolicySchema>;

/** What one device is granted: `model` is the name by which its backend is asked, the rate is its lease's. */
export interface Grant {
  readonly model: string;
  readonly bytesPerSecond?: number;
}

/**
 * A policy as one device acts on it; without a lease, as if the device had the whole budget. Zones, which are a device's
 * own, are left out.
 */
export function offloadSpecOf(spec: OffloadPolicySpec, { model, bytesPerSecond }: Grant): OffloadSpec {
  const { budget, decision, payload, delivery, audit } = spec;
  const focus = { classes: spec.focus.classes, zones: {} };
  const rate = bytesPerSecond ?? Math.min(budget.rate, budget.cap ?? budget.rate);
  return { model, budget: { rate, burst: budget.burst }, decision, payload, delivery, audit, focus };
}
