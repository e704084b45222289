import * as z from "zod";
import { nameSchema } from "../names.ts";
import { conditionSchema } from "./condition.ts";

export const apiGroup = "sluice.dev";
export const apiVersion = "sluice.dev/v1alpha1";

const texts = z.record(z.string(), z.string());

/** What Sluice reads of an object's metadata; the rest is the API server's. */
export const metadataSchema = z.object({
  name: nameSchema.describe("Name of the object, unique for its kind in the namespace."),
  namespace: z.string().optional(),
  labels: texts.optional().describe("What selectors look at."),
  annotations: texts.optional().describe("Anything worth noting."),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).optional(),
});
export type Metadata = z.output<typeof metadataSchema>;

/** One object of the cluster API; `status` is what an operator last wrote, absent before it did. */
export const resourceSchema = <K extends string, S extends z.ZodType, T extends z.ZodType>(
  kind: K,
  spec: S,
  status: T,
) =>
  z.object({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind),
    metadata: metadataSchema,
    spec,
    status: status.optional(),
  });

/** What every status has. */
export const statusBase = {
  observedGeneration: z.int().min(0).optional().describe("Generation of the spec that this status speaks of."),
  conditions: z.array(conditionSchema).max(16).optional().describe("What holds and what does not; `type` is the key."),
};

export const referenceSchema = z.strictObject({ name: nameSchema.describe("Name of the object, in this namespace.") });

const labelKey = z.string().min(1).max(317);
const labelValue = z.string().max(63);

const expressionSchema = z.strictObject({
  key: labelKey.describe("Label that is looked at."),
  operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]).describe("How it is compared."),
  values: z.array(labelValue).max(64).optional().describe("For `In` and `NotIn`."),
});

/** `metav1.LabelSelector`: all conditions must hold, an empty one selects everything. */
export const selectorSchema = z.strictObject({
  matchLabels: z.record(labelKey, labelValue).optional().describe("Labels that must have these values."),
  matchExpressions: z.array(expressionSchema).max(16).optional().describe("Further conditions on labels."),
});
export type Selector = z.output<typeof selectorSchema>;
