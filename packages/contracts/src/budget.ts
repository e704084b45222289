import * as z from "zod";
import { limits } from "./limits.ts";
import { namedList, nameSchema } from "./names.ts";
import { polygonSchema } from "./polygon.ts";
import { decimalSchema, durationSchema, rateSchema, sizeSchema } from "./quantities.ts";

const rungSchema = z.strictObject({
  name: nameSchema.describe("Name of the rung, shown with each decision."),
  width: z.int().min(32).max(4096).describe("Width of the JPEG in pixels; a narrower picture is sent as it is."),
  quality: z.int().min(1).max(100).describe("JPEG quality."),
});
export type Rung = z.output<typeof rungSchema>;

/** Ways to decide which frames to send; `oracle` sees the future, so only replay knows it. */
export const policies = [
  "learned",
  "never",
  "always",
  "periodic",
  "random",
  "entropy",
  "threshold",
  "crossentropy",
  "ibt",
  "difference",
  "reward",
] as const;
export type PolicyName = (typeof policies)[number];

export const decisionSchema = z
  .strictObject({
    policy: z.enum(policies).default("learned").describe("How frames are chosen."),
    every: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe("For `periodic`: one frame in so many; as the budget allows if not given."),
    threshold: decimalSchema(0, 1)
      .optional()
      .describe(
        "For `entropy`, `threshold`, `crossentropy`, `ibt` and `difference`: where a frame begins to count as hard.",
      ),
  })
  .prefault({});

export const payloadSchema = z
  .strictObject({
    rungs: namedList(rungSchema)
      .min(1)
      .max(limits.rungs)
      .describe("JPEGs to choose from, best first.")
      .prefault([{ name: "full", width: 640, quality: 75 }]),
    crops: z
      .boolean()
      .default(false)
      .describe("Whether `learned` may send a part of a frame alone, where most of the doubt lies. Detection only."),
  })
  .prefault({});

export const deliverySchema = z
  .strictObject({
    deadline: durationSchema
      .describe("From capture; an answer that cannot come by then is not asked for.")
      .prefault("1s"),
    inFlight: z.int().min(1).max(16).default(2).describe("Offloads of one stream under way at once."),
  })
  .prefault({});

export const auditSchema = z
  .strictObject({
    share: decimalSchema(0, 1).describe("Share of what is sent that is drawn at random, to measure.").prefault("0.03"),
  })
  .prefault({});

export const focusClassesSchema = z
  .array(z.string().min(1).max(64))
  .max(limits.classes)
  .default([])
  .describe("Only better answers about these classes are worth bytes; all classes if empty.");

/** By stream; one that is not named has none. */
export const zonesSchema = z
  .record(nameSchema, z.array(polygonSchema).max(limits.zonesPerStream))
  .refine((zones) => Object.keys(zones).length <= limits.streamsPerDevice, "more streams than a device can have")
  .default({})
  .describe(
    "By stream, polygons, `[x, y]` in shares of width and height: only what stands in one of them is worth bytes; the whole picture of a stream that has none.",
  );

/** What a device may send and how: the part of an `OffloadPolicy` that the edge acts on. */
export const offloadSchema = z.strictObject({
  model: nameSchema.describe("Name of the cloud model to ask."),
  budget: z.strictObject({
    rate: rateSchema.describe("Bytes a second that may go up; no window ever sees more than rate × window + burst."),
    burst: sizeSchema.describe("What may be saved up while little is sent.").prefault("64KiB"),
  }),
  decision: decisionSchema,
  payload: payloadSchema,
  delivery: deliverySchema,
  audit: auditSchema,
  focus: z.strictObject({ classes: focusClassesSchema, zones: zonesSchema }).prefault({}),
});
export type OffloadSpec = z.output<typeof offloadSchema>;
