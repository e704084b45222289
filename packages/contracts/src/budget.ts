import * as z from "zod";
import { limits } from "./limits.ts";
import { nameSchema } from "./names.ts";
import { decimalSchema, durationSchema, rateSchema, sizeSchema } from "./quantities.ts";

const rungSchema = z.strictObject({
  name: nameSchema.describe("Name of the rung, shown with each decision."),
  width: z.int().min(32).max(4096).describe("Width of the JPEG in pixels; a narrower picture is sent as it is."),
  quality: z.int().min(1).max(100).describe("JPEG quality."),
});
export type Rung = z.output<typeof rungSchema>;

/** Ways to decide which frames to send. */
export const policies = ["value", "never", "always", "periodic"] as const;
export type PolicyName = (typeof policies)[number];

/** What a device may send and how: the part of an `OffloadPolicy` that the edge acts on. */
export const offloadSchema = z.strictObject({
  model: nameSchema.describe("Name of the cloud model to ask."),
  budget: z.strictObject({
    rate: rateSchema.describe("Bytes a second that may go up; no window ever sees more than rate × window + burst."),
    burst: sizeSchema.describe("What may be saved up while little is sent.").prefault("64KiB"),
  }),
  decision: z
    .strictObject({
      policy: z.enum(policies).default("value").describe("How frames are chosen."),
      every: z.int().min(1).default(10).describe("For `periodic`: one frame in so many."),
    })
    .prefault({}),
  payload: z
    .strictObject({ rungs: z.array(rungSchema).min(1).max(limits.rungs).describe("JPEGs to choose from, best first.") })
    .prefault({ rungs: [{ name: "full", width: 640, quality: 75 }] }),
  delivery: z
    .strictObject({
      deadline: durationSchema
        .describe("From capture; an answer that cannot come by then is not asked for.")
        .prefault("1s"),
      inFlight: z.int().min(1).max(16).default(2).describe("Offloads of one stream under way at once."),
    })
    .prefault({}),
  audit: z
    .strictObject({
      share: decimalSchema(0, 1).describe("Share of what is sent that is drawn at random, to measure.").prefault("0.1"),
    })
    .prefault({}),
});
export type OffloadSpec = z.output<typeof offloadSchema>;
