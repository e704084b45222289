import * as z from "zod";
import { focusSchema } from "./api/offload-policy.ts";
import { auditSchema, decisionSchema, deliverySchema, payloadSchema, zonesSchema } from "./budget.ts";
import { limits } from "./limits.ts";
import { modelSchema } from "./model.ts";
import { nameSchema } from "./names.ts";
import { polygonSchema } from "./polygon.ts";
import { tolerant } from "./tolerant.ts";

/** The bucket of policy documents in the NATS account of a tenant: operators write, each device reads its own key. */
export const policyBucket = {
  name: "sluice-policies",
  document: (device: string) => `document.${device}`,
  documents: () => "document.*",
} as const;

/** What an operator wants painted black on a device, by stream, and which version of that it is: heartbeats say it back. */
export const toldMasksSchema = z.object({
  version: z.string().min(1).max(64),
  streams: z
    .record(nameSchema, z.array(polygonSchema).max(limits.masksPerStream))
    .refine((streams) => Object.keys(streams).length <= limits.streamsPerDevice, "more streams than a device can have"),
});
export type ToldMasks = z.output<typeof toldMasksSchema>;

/**
 * What an operator wants a device to do, from one revision of one policy; how many bytes it may send is in its lease. A
 * deleted key takes the policy away. Quantities are written as in the policy. A device that cannot act on a document, for
 * whatever reason, keeps its last good one and says so in its heartbeats.
 */
export const policyDocumentSchema = z.object({
  version: z.int(),
  device: nameSchema,
  policy: nameSchema,
  revision: z.string().min(1).max(253),
  /** Name of the cloud model to ask. */
  model: nameSchema,
  /** Manifest of the model to run on the device; null: the one it has. */
  edgeModel: modelSchema.nullable(),
  decision: decisionSchema,
  focus: focusSchema,
  /** The zones that `focus` names, of those streams that have any. */
  zones: zonesSchema,
  /** Of the device, whatever its policy. Absent from an operator that knows of none: then what was told last stays. */
  masks: toldMasksSchema.optional(),
  payload: payloadSchema,
  delivery: deliverySchema,
  audit: auditSchema,
});
export type PolicyDocument = z.output<typeof policyDocumentSchema>;
/** As a device reads it: operators are upgraded before devices. */
export const heardPolicyDocumentSchema = tolerant(policyDocumentSchema);
/** As it is written into the bucket. */
export type WrittenPolicyDocument = z.input<typeof policyDocumentSchema>;

/** What an operator looks at in a document that it, or another version of it, wrote; the rest stays as it is. */
export const toldDocumentSchema = z.looseObject({
  version: z.int(),
  device: nameSchema,
  policy: nameSchema,
  revision: z.string().min(1).max(253),
});
export type ToldDocument = z.output<typeof toldDocumentSchema>;
