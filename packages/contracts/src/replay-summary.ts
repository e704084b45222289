import { tasks } from "@sluice/vision";
import * as z from "zod";
import { policies } from "./budget.ts";

export const replayFormat = "sluice.replay";
export const replayVersion = 1;

/** Ways to decide that a replay can compare; `oracle` knows the future, so no device could follow it. */
export const contenders = [...policies, "oracle"] as const;
export type Contender = (typeof contenders)[number];

const count = z.int().min(0);
const score = z.number().min(0).max(1);
const share = z.number().min(0);
const gain = z.number().nullable();

const figuresSchema = z.object({
  frames: count,
  sent: count,
  bytes: count,
  share: share.describe("Of the bytes that sending every frame at the largest rung takes."),
  score: score.describe("Mean over frames."),
  interval: z.tuple([score, score]).describe("Where the mean lies in 95 of 100 resamplings of stretches."),
});

const optimumSchema = z.object({
  sent: count,
  bytes: count,
  share,
  score: z.number().max(1),
  bound: z.number().max(1).describe("No schedule within the budget scores more."),
});

const outcomeSchema = figuresSchema.extend({
  never: figuresSchema,
  always: figuresSchema,
  compare: z.partialRecord(z.enum(contenders), figuresSchema),
  optima: z.object({ O1: optimumSchema, O3: optimumSchema }).nullable(),
  RG: z.object({ O1: gain, O3: gain }).nullable(),
  replies: z.object({ inTime: count, late: count, lost: count, ageP50: gain, ageP95: gain }),
});

const pointSchema = z.object({
  by: z.enum([...contenders, "O1", "O3"]),
  budget: share,
  share,
  score: z.number().max(1),
  streams: z.array(z.object({ share, score: z.number().max(1) })),
});

/** `summary.json` of a replay. */
export const replaySummarySchema = z.object({
  format: z.literal(replayFormat),
  version: z.literal(replayVersion),
  trace: z.string(),
  task: z.enum(tasks),
  edge: z.string(),
  cloud: z.string(),
  reference: z.enum(["truth", "cloud", "mixed"]),
  seconds: z.number(),
  policy: z.enum(contenders),
  policyName: z.string(),
  seed: z.number(),
  rungs: z.array(z.string()),
  budget: z.object({ bytesPerSecond: z.number(), rate: z.string(), burstBytes: count, share }),
  road: z.object({ network: z.string().nullable(), rttMs: z.number(), deadlineMs: z.number() }),
  all: outcomeSchema,
  streams: z
    .array(outcomeSchema.extend({ name: z.string(), worst: z.object({ from: count, frames: count, score }) }))
    .min(1),
  curve: z.array(pointSchema),
});
export type ReplaySummary = z.output<typeof replaySummarySchema>;
