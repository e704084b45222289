import { tasks } from "@sluice/vision";
import * as z from "zod";
import { limits } from "./limits.ts";

export const traceFormat = "sluice.trace";
export const traceVersion = 1;

const text = z.string().min(1).max(253);
const nameInTrace = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,62}$/,
    "use 1 to 63 letters, digits, '_', '.' and '-', beginning with a letter or digit",
  );
const side = z.int().min(1).max(65_535);

const modelInTrace = z.object({
  model: text.describe("Name of the model."),
  threshold: z.number().min(0).max(1).describe("Score from which a detection counts as an answer."),
});

const rungInTrace = z.object({
  name: nameInTrace.describe("Name of the rung; `cloud` and `bytes` of each frame have an entry for it."),
  width: side.describe("Width of the JPEG in pixels; a narrower stream's pictures were not enlarged."),
  height: side.describe("Its height."),
  quality: z.int().min(1).max(100).describe("JPEG quality."),
});
export type TraceRung = z.output<typeof rungInTrace>;

const streamInTrace = z.object({
  name: nameInTrace.describe("Name of the stream."),
  width: side.describe("Width of its pictures in pixels."),
  height: side.describe("Their height."),
  fps: z.number().positive().max(1_000).describe("Frames a second."),
  related: z.boolean().default(true).describe("Whether a frame says anything about the next."),
});
export type TraceStream = z.output<typeof streamInTrace>;

const apart = (entries: readonly { name: string }[]) => new Set(entries.map((e) => e.name)).size === entries.length;

/** The first line of a recorded trace. */
export const traceHeaderSchema = z.object({
  format: z.literal(traceFormat),
  version: z.literal(traceVersion),
  task: z.enum(tasks).default("detection").describe("What the models answer."),
  classes: z
    .array(text)
    .min(1)
    .max(limits.classes)
    .describe("Names of the classes; a box says which by its place here."),
  edge: modelInTrace.describe("The small model."),
  cloud: modelInTrace.describe("The large one."),
  rungs: z
    .array(rungInTrace)
    .min(1)
    .max(limits.rungs)
    .refine(apart, "two rungs have the same name")
    .describe("Pictures that the cloud model was asked with."),
  streams: z
    .array(streamInTrace)
    .min(1)
    .max(limits.streamsPerTrace)
    .refine(apart, "two streams have the same name")
    .describe("Where the frames come from."),
});
export type TraceHeader = z.output<typeof traceHeaderSchema>;
