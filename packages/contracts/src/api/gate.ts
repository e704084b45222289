import * as z from "zod";
import { namedList, nameSchema } from "../names.ts";
import { decimalSchema, durationSchema } from "../quantities.ts";
import { ruled } from "./rule.ts";

/** What a gate can measure, over the devices that have the new revision. */
export const gateMeasures = ["agreement", "drops", "bytes", "prometheus"] as const;

const bound = decimalSchema(-1e12, 1e12);

const metricShape = z.strictObject({
  name: nameSchema.describe("Name of the metric, shown with its verdict."),
  measure: z
    .enum(gateMeasures)
    .describe(
      "`agreement`: mean frame F1 against the replies (0 to 1). `drops`: share of captured frames that got no answer. `bytes`: bytes sent over what the leases allowed. `prometheus`: the one value of a query.",
    ),
  query: z.string().min(1).max(2_048).optional().describe("For `prometheus`: must give one number."),
  min: bound.optional().describe("Least good value."),
  max: bound.optional().describe("Greatest good value."),
});

const bounded = ruled(metricShape, {
  cel: "has(self.min) || has(self.max)",
  message: "needs a bound: give min, max or both",
  holds: ({ min, max }) => min !== undefined || max !== undefined,
});

const metricSchema = ruled(bounded, {
  cel: "(self.measure == 'prometheus') == has(self.query)",
  message: "query belongs to measure: prometheus, which needs one",
  holds: ({ measure, query }) => (measure === "prometheus") === (query !== undefined),
  at: "query",
});
export type GateMetric = z.output<typeof metricSchema>;

/**
 * What each wave must pass. A measure with an interval breaks a bound only when all of its 95 % interval lies beyond it.
 * What is not known neither passes nor fails.
 */
export const gateSchema = z
  .strictObject({
    interval: durationSchema.describe("Time between two looks at the metrics.").prefault("1m"),
    minSamples: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(30)
      .describe("Replies, or for `drops` and `bytes` frames, that a value must rest on before it counts."),
    passes: z.int().min(1).max(1_000).default(1).describe("Good looks in a row that let the wave pass."),
    failureLimit: z.int().min(0).max(1_000).default(2).describe("Bad looks that are borne; one more rolls back."),
    deadline: durationSchema.describe("Time for a wave to pass; then the rollout waits for a person.").prefault("1h"),
    metrics: namedList(metricSchema)
      .max(16)
      .prefault([])
      .describe("What is looked at. Without any, a wave passes when its devices have confirmed the revision."),
  })
  .prefault({});
export type Gate = z.output<typeof gateSchema>;
