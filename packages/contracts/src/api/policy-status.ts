import * as z from "zod";
import { statusBase } from "./resource.ts";

const count = z.int().min(0);
const rate = z
  .string()
  .max(32)
  .meta({ examples: ["180kbit/s"] });
const size = z
  .string()
  .max(32)
  .meta({ examples: ["12.5GB"] });
const decimal = z
  .string()
  .max(32)
  .meta({ examples: ["0.74"] });
const time = z.iso.datetime({ offset: true });

const devicesSchema = z.object({
  selected: count.describe("EdgeDevices that the selector matches and no other policy wins."),
  overridden: count.optional().describe("EdgeDevices that it matches and another policy wins."),
  online: count.optional().describe("Of the selected: heard of late."),
  updated: count.optional().describe("Of the selected: have confirmed the newest revision."),
  failed: count.optional().describe("Of the selected: could not apply the revision and keep their last good one."),
});

const budgetStatusSchema = z.object({
  limit: rate.describe("What may be granted now: the budget, or less where the quota demands it."),
  granted: rate.optional().describe("What the devices may believe they hold together."),
  used: rate.optional().describe("What they sent over the last minute."),
  price: decimal
    .optional()
    .describe("Value of the last byte granted: gain of mean frame F1 for a byte; 0 where there is enough."),
  period: z
    .object({
      start: time.describe("When it began."),
      used: size.describe("Bytes sent in it, as far as is known."),
      limit: size.describe("The quota."),
    })
    .optional()
    .describe("The calendar period of the quota."),
});

const agreementSchema = z.object({
  mean: decimal.describe("Mean frame F1 of the answers against the replies, weighted so that it speaks of all frames."),
  low: decimal.describe("Lower end of its 95 % interval."),
  high: decimal.describe("Upper end of its 95 % interval."),
  samples: count.describe("Replies that it rests on."),
});

/** What a rollout is doing. Until `Held` it is under way; the last four stay until the policy is edited. */
export const rolloutPhases = [
  "Waiting",
  "Measuring",
  "Pausing",
  "AwaitingApproval",
  "Paused",
  "Held",
  "RolledBack",
  "Aborted",
  "Done",
] as const;
export type RolloutPhase = (typeof rolloutPhases)[number];

const verdictSchema = z.object({
  name: z.string().max(63).describe("The metric, as the gate names it."),
  value: decimal.optional().describe("What was measured; absent while it is unknown."),
  low: decimal.optional().describe("Lower end of its 95 % interval."),
  high: decimal.optional().describe("Upper end of its 95 % interval."),
  samples: count.optional().describe("What it rests on."),
  verdict: z.enum(["Good", "Bad", "Unknown"]).describe("Unknown neither passes nor fails."),
});

const failureSchema = z.object({
  metric: z.string().max(63).describe("The metric, as the gate names it; `refused` where devices would not take it."),
  value: z.string().max(512).describe("What was measured, with its 95 % interval."),
  bound: z.string().max(128).describe("What it had to be."),
  devices: z.array(z.string().max(63)).max(8).readonly().describe("Devices that contributed most."),
  deviceCount: count.describe("How many did."),
  reason: z.string().max(512).optional().describe("What the first of them says, where it does."),
});

/** With it an operator goes on where another one died. */
const rolloutStatusSchema = z.object({
  phase: z.enum(rolloutPhases).describe("What the rollout is doing."),
  wave: z.string().max(63).optional().describe("Name of the wave."),
  step: z
    .string()
    .regex(/^\d{1,3}\/\d{1,3}$/)
    .optional()
    .describe("Number of the wave of how many, such as `2/3`."),
  reach: count.optional().describe("Devices that may have the revision in this wave, if their number decides."),
  startedAt: time.optional().describe("When the wave began."),
  settledAt: time.optional().describe("When its devices all ran the revision."),
  measuredAt: time.optional().describe("When its gate was looked at last."),
  passedAt: time.optional().describe("When its gate was passed."),
  passes: count.optional().describe("Good looks in a row."),
  failures: count.optional().describe("Bad looks so far."),
  failure: failureSchema.optional().describe("The last bad look."),
  seal: z
    .string()
    .max(64)
    .optional()
    .describe(
      "Digest of where the rollout stands: what somebody else wrote here does not fit it, and is not acted on.",
    ),
  restart: z.string().max(253).optional().describe("The last value of `sluice.dev/restart` that was followed."),
  message: z.string().max(1_024).optional().describe("What is waited for, or what failed: metric, value, devices."),
  metrics: z.array(verdictSchema).max(16).optional().describe("The last look."),
});

/** What an operator knows of a policy. Every figure that could not be found out is absent, never 0. */
export const policyStatusSchema = z.object({
  ...statusBase,
  currentRevision: z
    .string()
    .max(253)
    .optional()
    .describe("ControllerRevision that all devices had before this rollout."),
  updateRevision: z
    .string()
    .max(253)
    .optional()
    .describe("ControllerRevision of the newest spec; equal when all is done."),
  failedRevision: z.string().max(253).optional().describe("ControllerRevision that was rolled back last."),
  devices: devicesSchema.optional().describe("How many devices, by state."),
  budget: budgetStatusSchema.optional().describe("Bytes granted and used."),
  agreement: agreementSchema.optional().describe("How good the answers are, as far as replies tell."),
  rollout: rolloutStatusSchema.optional().describe("The rollout under way, or the last one."),
});
export type OffloadPolicyStatus = z.output<typeof policyStatusSchema>;
