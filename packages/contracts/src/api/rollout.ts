import * as z from "zod";
import { namedList, nameSchema } from "../names.ts";
import { durationSchema } from "../quantities.ts";
import { selectorSchema } from "./resource.ts";
import { ruled } from "./rule.ts";

const sizes = ["percent", "count", "selector"] as const;

const waveShape = z.strictObject({
  name: nameSchema.describe("Name of the wave."),
  percent: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("Share of the selected devices that have the revision after it."),
  count: z.int().min(1).max(1_000_000).optional().describe("Number of devices that have the revision after it."),
  selector: selectorSchema.optional().describe("The devices that it adds."),
  pause: durationSchema.optional().describe("Time to wait after it has passed."),
  approval: z.boolean().default(false).describe("After it has passed, wait for `sluice policy promote`."),
});

const waveSchema = ruled(waveShape, {
  cel: "[has(self.percent), has(self.count), has(self.selector)].filter(given, given).size() == 1",
  message: "give exactly one of percent, count and selector",
  holds: (wave) => sizes.filter((size) => wave[size] !== undefined).length === 1,
});
export type Wave = z.output<typeof waveSchema>;

/** How a new revision reaches the devices. Budgets are not rolled out: leases follow a change of budget at once. */
export const rolloutSchema = z
  .strictObject({
    paused: z.boolean().default(false).describe("Hold the rollout where it is."),
    onFailure: z
      .enum(["rollback", "pause"])
      .default("rollback")
      .describe("When a gate fails: give the devices the last good revision, or leave them and wait."),
    waves: namedList(waveSchema)
      .max(32)
      .prefault([])
      .describe("In this order; devices that no wave reaches follow last. Without waves all change at once."),
  })
  .prefault({});
export type Rollout = z.output<typeof rolloutSchema>;
