import * as z from "zod";
import { limits } from "./limits.ts";
import { nameSchema } from "./names.ts";
import { decimalSchema, durationSchema, rateSchema, sizeSchema } from "./quantities.ts";

const rungSchema = z.strictObject({
  name: nameSchema,
  /** Width of the JPEG in pixels; a narrower picture is sent as it is. */
  width: z.int().min(32).max(4096),
  quality: z.int().min(1).max(100),
});
export type Rung = z.output<typeof rungSchema>;

/** Ways to decide which frames to send. */
export const policies = ["value", "never", "always", "periodic"] as const;
export type PolicyName = (typeof policies)[number];

/** What a device may send and how: the part of an `OffloadPolicy` that the edge acts on. */
export const offloadSchema = z.strictObject({
  /** Name of the cloud model to ask. */
  model: nameSchema,
  budget: z.strictObject({ rate: rateSchema, burst: sizeSchema.prefault("64KiB") }),
  decision: z
    .strictObject({
      policy: z.enum(policies).default("value"),
      /** For `periodic`: one frame in so many. */
      every: z.int().min(1).default(10),
    })
    .prefault({}),
  payload: z
    .strictObject({ rungs: z.array(rungSchema).min(1).max(limits.rungs) })
    .prefault({ rungs: [{ name: "full", width: 640, quality: 75 }] }),
  delivery: z
    .strictObject({
      deadline: durationSchema.prefault("1s"),
      /** Offloads of one stream under way at once. */
      inFlight: z.int().min(1).max(16).default(2),
    })
    .prefault({}),
  audit: z.strictObject({ share: decimalSchema(0, 1).prefault("0.1") }).prefault({}),
});
export type OffloadSpec = z.output<typeof offloadSchema>;
