import * as z from "zod";
import { namedList, nameSchema } from "../names.ts";
import { decimalSchema, rateSchema, sizeSchema } from "../quantities.ts";
import { selectorSchema } from "./resource.ts";

/** Spans of the calendar, in UTC; weeks begin on Mondays. */
export const periodUnits = ["hour", "day", "week", "month"] as const;
export type PeriodUnit = (typeof periodUnits)[number];

export const weightSchema = decimalSchema(0.01, 100);

const quotaSchema = z.strictObject({
  size: sizeSchema.describe("Bytes that the selected devices may send in one period, together."),
  per: z.enum(periodUnits).describe("The period, by the calendar in UTC; weeks begin on Mondays."),
});

const weightingSchema = z.strictObject({
  name: nameSchema.describe("Name of the entry."),
  selector: selectorSchema.describe("Devices that it is for."),
  weight: weightSchema.describe("A byte of theirs is worth so many times what it is by itself."),
});

/** What the selected devices may send, together and each. */
export const fleetBudgetSchema = z
  .strictObject({
    rate: rateSchema
      .describe("Bytes a second for all selected devices together; their leases never add up to more.")
      .prefault("200kbit/s"),
    burst: sizeSchema.describe("What each device may save up while it sends little.").prefault("64KiB"),
    floor: rateSchema
      .describe("What each device keeps whatever others bid, and falls back to when nobody is heard from.")
      .prefault("0B/s"),
    cap: rateSchema.optional().describe("The most for one device, whatever its bytes are worth."),
    quota: quotaSchema.optional().describe("A limit by calendar period, for links that are paid by volume."),
    weights: namedList(weightingSchema)
      .max(32)
      .describe("Devices that matter more or less; the first entry that selects a device counts, times its own weight.")
      .prefault([]),
  })
  .prefault({});
export type FleetBudget = z.output<typeof fleetBudgetSchema>;
