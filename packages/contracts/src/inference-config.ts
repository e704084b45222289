import * as z from "zod";
import { nameSchema } from "./names.ts";
import { durationSchema } from "./quantities.ts";

const servedModelSchema = z.strictObject({
  /** Path of the manifest, relative to this file. */
  manifest: z.string().min(1),
  batching: z
    .strictObject({
      maxSize: z.int().min(1).max(64).default(4),
      /** How long an incomplete batch waits for company. */
      maxDelay: durationSchema.prefault("5ms"),
      /** Requests that may wait; the next one is refused as overloaded. */
      maxQueue: z.int().min(1).max(10_000).default(64),
    })
    .prefault({}),
  workers: z.int().min(1).max(64).default(1),
  /** onnxruntime's threads within one run. */
  threads: z.int().min(1).max(64).default(1),
});
export type ServedModelConfig = z.output<typeof servedModelSchema>;

/** The inference service's configuration file. */
export const inferenceConfigSchema = z.strictObject({
  replica: nameSchema,
  http: z
    .strictObject({ host: z.string().default("127.0.0.1"), port: z.int().min(0).max(65535).default(8081) })
    .prefault({}),
  nats: z.strictObject({ servers: z.array(z.string().min(1)).min(1) }),
  /** Time for work under way after SIGTERM. */
  grace: durationSchema.prefault("10s"),
  models: z.array(servedModelSchema).min(1).max(32),
});
export type InferenceConfig = z.output<typeof inferenceConfigSchema>;
