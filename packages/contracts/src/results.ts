import * as z from "zod";
import { wireDetectionsSchema } from "./offload.ts";

const frameKey = {
  version: z.int(),
  device: z.string(),
  stream: z.string(),
  frame: z.int().min(0),
  /** Wall time of capture, milliseconds since the Unix epoch. */
  capturedAtMs: z.number(),
};

/** Where a stream's models answer with a label of the whole picture: its box is around all of it. Absent where they find things. */
const taskKey = { task: z.literal("classification").optional() };

/**
 * What a stream answers for one frame. `local` comes at once: what the edge model saw, and the answer that Sluice makes
 * of it with what earlier replies taught. `correction` comes when a reply for that very frame arrived.
 */
export const resultSchema = z.discriminatedUnion("kind", [
  z.object({
    ...frameKey,
    ...taskKey,
    kind: z.literal("local"),
    /** Number of the frame within its file, from 0 again with each loop; for live sources the same as `frame`. */
    sourceFrame: z.int().min(0),
    width: z.int(),
    height: z.int(),
    local: wireDetectionsSchema,
    answer: wireDetectionsSchema,
    inferMs: z.number(),
  }),
  z.object({
    ...frameKey,
    ...taskKey,
    kind: z.literal("correction"),
    width: z.int(),
    height: z.int(),
    answer: wireDetectionsSchema,
    /** From capture to correction. */
    ageMs: z.number(),
    /** Whether the reply came before the frame's deadline. */
    inTime: z.boolean(),
  }),
]);
export type Result = z.output<typeof resultSchema>;

/** Why a frame was sent or skipped. */
export const reasons = [
  "value", // worth its price
  "audit", // drawn at random, with known probability, to measure
  "probe", // to learn whether the link is alive
  "periodic", // it was this frame's turn
  "always", // the policy sends all
  "random", // the policy draws lots
  "hard", // the policy's criterion finds it hard
  "easy", // or does not
  "price", // not worth its price
  "never", // the policy sends none
  "budget", // the bucket does not hold the bytes
  "in-flight", // enough requests are under way already
  "disconnected", // no broker to send to
  "late", // would not arrive before the deadline
  "encode-error", // the picture could not be encoded
  "too-large", // encoded, it is more than one message may carry: a smaller rung is needed
  "silent", // the cloud has not answered of late, and the next probe is not due
] as const;
export type Reason = (typeof reasons)[number];

/** A decision with its numbers. */
export const decisionSchema = z.object({
  ...frameKey,
  action: z.enum(["send", "skip"]),
  reason: z.enum(reasons),
  rung: z.string().nullable(),
  /** The part of the frame that was sent, `[x1, y1, x2, y2]` in its pixels; absent where all of it was. */
  region: z.tuple([z.int().min(0), z.int().min(0), z.int().min(0), z.int().min(0)]).optional(),
  /** Bytes charged to the budget; 0 for a skip. */
  bytes: z.int().min(0),
  /** Expected gain of sending: frames' worth of F1. */
  value: z.number(),
  /** The price of a byte, in the unit of `value`. */
  price: z.number(),
  /** Chance with which the frame was drawn to be audited, whatever is in it; absent while none could be. */
  propensity: z.number().min(0).max(1).optional(),
  /** Bytes in the bucket after the decision. */
  tokens: z.number(),
  signals: z.record(z.string(), z.number()),
});
export type DecisionMessage = z.output<typeof decisionSchema>;

/** How an offload ended; every offload ends in exactly one of these. */
export const outcomes = ["answered", "late", "expired", "lost", "refused", "invalid"] as const;
export type Outcome = (typeof outcomes)[number];
