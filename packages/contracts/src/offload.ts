import { tasks } from "@sluice/vision";
import * as z from "zod";
import { isErrorCode } from "./errors.ts";
import { limits } from "./limits.ts";

/** Header names of an offload request; all values are text. */
export const offloadHeaders = {
  version: "Sluice-Version",
  frame: "Sluice-Frame",
  /** Wall time, milliseconds since the Unix epoch, after which nobody wants the answer. */
  deadline: "Sluice-Deadline",
  contentType: "Content-Type",
  /** Where the picture is a part of a larger one that was not sent: `left,top,width,height`, whole pixels. */
  part: "Sluice-Part",
  traceparent: "traceparent",
} as const;

const coordinate = z.number().min(-limits.coordinate).max(limits.coordinate);

/** Detections as they travel: box coordinates in pixels, `class` an index into `classes`, which lists those in use. */
export const wireDetectionsSchema = z
  .object({
    classes: z.array(z.string().max(64)).max(limits.classes),
    boxes: z
      .array(z.tuple([coordinate, coordinate, coordinate, coordinate, z.number().min(0).max(1), z.int().min(0)]))
      .max(limits.detectionsPerFrame),
  })
  .refine((d) => d.boxes.every((b) => b[5] < d.classes.length), "a box names a class beyond the list")
  .refine((d) => d.boxes.every((b) => b[0] <= b[2] && b[1] <= b[3]), "a box has x2 < x1 or y2 < y1");
export type WireDetections = z.output<typeof wireDetectionsSchema>;

const timings = { queueMs: z.number().min(0), decodeMs: z.number().min(0), computeMs: z.number().min(0) };

/**
 * The answer to an offload: boxes in pixels of the picture that was sent, whose size it repeats. Labels of a classification
 * are boxes around all of it, best first.
 */
export const offloadReplySchema = z.object({
  version: z.int(),
  frame: z.int().min(0),
  model: z.string(),
  digest: z.string(),
  width: z.int().min(1),
  height: z.int().min(1),
  /** What the model answers; services of an earlier release do not say. */
  task: z.enum(tasks).optional(),
  detections: wireDetectionsSchema,
  /** Score from which a detection counts as the model's answer; weaker ones are there to learn from. */
  threshold: z.number().min(0).max(1),
  batch: z.int().min(1),
  ...timings,
});
export type OffloadReply = z.output<typeof offloadReplySchema>;

/** Why there is no answer; `code` is one of the error catalogue's. */
export const offloadErrorSchema = z.object({
  version: z.int(),
  frame: z.int().min(0).nullable(),
  error: z.object({
    code: z.string().transform((code) => (isErrorCode(code) ? code : "internal")),
    message: z.string(),
    retryAfterMs: z.number().min(0).optional(),
  }),
});
export type OffloadError = z.output<typeof offloadErrorSchema>;
