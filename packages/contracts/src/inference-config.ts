import * as z from "zod";
import { nameSchema } from "./names.ts";
import { durationSchema } from "./quantities.ts";

/** How requests become batches. */
export const batchingSchema = z
  .strictObject({
    maxSize: z.int().min(1).max(64).default(4).describe("Pictures in one run at most."),
    maxDelay: durationSchema.describe("How long an incomplete batch waits for company.").prefault("5ms"),
    maxQueue: z
      .int()
      .min(1)
      .max(10_000)
      .default(64)
      .describe("Requests that may wait; the next one is refused as overloaded."),
  })
  .prefault({});

const servedModelSchema = z.strictObject({
  manifest: z.string().min(1).describe("Path of the model's manifest, relative to this file."),
  batching: batchingSchema,
  workers: z.int().min(1).max(64).default(1).describe("Runs at once; workers × threads should not exceed the cores."),
  threads: z.int().min(1).max(64).default(1).describe("onnxruntime's threads within one run."),
});
export type ServedModelConfig = z.output<typeof servedModelSchema>;

/** The inference service's configuration file. */
export const inferenceConfigSchema = z.strictObject({
  replica: nameSchema.describe("Name of this replica, unique among those that serve the same model."),
  http: z
    .strictObject({
      host: z.string().default("127.0.0.1").describe("Address to listen on; `0.0.0.0` for every network."),
      port: z.int().min(0).max(65535).default(8081).describe("Port of the API and the metrics; 0 takes any."),
    })
    .prefault({}),
  nats: z.strictObject({
    servers: z.array(z.string().min(1)).min(1).describe("Addresses of one NATS broker or cluster."),
  }),
  grace: durationSchema.describe("Time for work under way after SIGTERM.").prefault("10s"),
  models: z.array(servedModelSchema).min(1).max(32).describe("The models that it serves."),
});
export type InferenceConfig = z.output<typeof inferenceConfigSchema>;
