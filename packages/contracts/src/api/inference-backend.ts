import * as z from "zod";
import { batchingSchema } from "../inference-config.ts";
import { durationSchema } from "../quantities.ts";
import { referenceSchema, resourceSchema, statusBase } from "./resource.ts";
import { immutable, inCluster, ruled } from "./rule.ts";

const quantitySchema = z
  .string()
  .max(32)
  .regex(/^\d+(\.\d{1,3})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, "write a Kubernetes quantity, such as 500m or 2Gi");

/** A change of either is another backend: devices learn how good one is from its replies. */
const replaced = "make another InferenceBackend and let policies name it";

const resourcesSchema = z
  .strictObject({
    cpu: quantitySchema.default("1").describe("Cores for one replica, as Kubernetes writes them."),
    memory: quantitySchema.default("1Gi").describe("Memory for one replica."),
    gpus: z.int().min(0).max(16).default(0).describe("GPUs for one replica (`nvidia.com/gpu`)."),
  })
  .prefault({});

const scalingSchema = ruled(
  z.strictObject({
    min: z.int().min(0).max(1_000).default(1).describe("Replicas at least; with 0 a first frame waits for a start."),
    max: z.int().min(1).max(1_000).default(4).describe("Replicas at most."),
    targetQueueDelay: durationSchema
      .describe(
        "Time that a request should wait in the queue, on average: the shorter, the more replicas for the same load.",
      )
      .prefault("50ms"),
    cooldown: durationSchema
      .describe(
        "For so long a lesser load must last before replicas are taken away; the last one goes after a minute at least.",
      )
      .prefault("5m"),
  }),
  {
    // Also asked of the default as it stands in the schema, before its own defaults are filled in.
    cel: "!has(self.min) || !has(self.max) || self.min <= self.max",
    message: "must not be below min",
    holds: ({ min, max }) => min <= max,
    at: "max",
  },
);

const externalSchema = z.strictObject({
  url: z
    .string()
    .max(2_048)
    .regex(/^https?:\/\/[^/@\s]+(\/\S*)?$/, "must begin with http:// or https:// and hold no password")
    .describe("Base of an Open Inference Protocol (v2) service."),
  model: z.string().min(1).max(128).optional().describe("Name of the model there; the InferenceModel's if not given."),
  timeout: durationSchema.describe("Time for one answer.").prefault("2s"),
});

const specShape = z.strictObject({
  modelRef: immutable(referenceSchema, replaced).describe("InferenceModel that answers."),
  external: externalSchema.optional().describe("Somebody else's service instead of replicas of Sluice's own."),
  image: z.string().max(512).optional().describe("Image of the replicas; the operator's default if not given."),
  replicas: z
    .int()
    .min(0)
    .max(1_000)
    .optional()
    .describe("A fixed number of replicas: autoscaling is off while it is set. `kubectl scale` sets it."),
  scaling: scalingSchema.prefault({}).describe("How many replicas, by the load."),
  batching: batchingSchema.describe("How requests become batches."),
  workers: z.int().min(1).max(64).default(1).describe("Runs of the model at once in one replica."),
  threads: z.int().min(1).max(64).default(1).describe("onnxruntime's threads within one run."),
  resources: resourcesSchema.describe("What one replica gets."),
});

const exclusive = ruled(specShape, {
  cel: "!has(self.external) || (!has(self.replicas) && !has(self.image))",
  message: "an external service has neither replicas nor an image here",
  holds: ({ external, replicas, image }) => !external || (replicas === undefined && image === undefined),
  at: "external",
});

const specSchema = inCluster(
  exclusive,
  "has(self.external) == has(oldSelf.external)",
  `external can be neither added nor taken away: ${replaced}`,
);
export type InferenceBackendSpec = z.output<typeof specSchema>;

const count = z.int().min(0);

const statusSchema = z.object({
  ...statusBase,
  endpoint: z.string().max(2_048).optional().describe("Where it answers over HTTP."),
  subject: z.string().max(253).optional().describe("Where it answers over NATS."),
  replicas: count.optional().describe("Replicas that exist."),
  readyReplicas: count.optional().describe("Replicas that advertise themselves."),
  selector: z.string().max(512).optional().describe("Label selector of the replicas' pods."),
  queueDelay: z.string().max(32).optional().describe("Time that a request waits now, the longest of all replicas."),
  sha256: z.string().max(64).optional().describe("Digest of the model that the replicas run."),
});
export type InferenceBackendStatus = z.output<typeof statusSchema>;

/** What answers offloaded frames: replicas of Sluice's inference service, or an external one. */
export const inferenceBackendSchema = resourceSchema("InferenceBackend", specSchema, statusSchema);
export type InferenceBackend = z.output<typeof inferenceBackendSchema>;
