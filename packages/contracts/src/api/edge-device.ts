import * as z from "zod";
import { limits } from "../limits.ts";
import { namedList, nameSchema } from "../names.ts";
import { polygonTextSchema } from "../polygon.ts";
import { decimalSchema, rateSchema } from "../quantities.ts";
import { weightSchema } from "./fleet-budget.ts";
import { resourceSchema, statusBase } from "./resource.ts";
import { ruled } from "./rule.ts";

const sourceSchema = ruled(
  z
    .string()
    .max(2_048)
    .regex(
      /^(file:.+|dir:.+|rtsps?:\/\/.+|https?:\/\/.+|\/dev\/video\d+)$/,
      "must be file:PATH, dir:PATH, rtsp://…, http(s)://… or /dev/videoN",
    ),
  {
    cel: "!self.matches('^[a-z]+://[^/@]*@')",
    message: "holds a user or password, which everybody who may read this object would see: keep it on the device",
    holds: (text) => !/^[a-z]+:\/\/[^/@]*@/.test(text),
  },
);

const streamSchema = z.strictObject({
  name: nameSchema.describe("Name of the stream, as the device's own configuration calls it."),
  source: sourceSchema.optional().describe("Where it comes from, for people; the device's own configuration counts."),
  fps: decimalSchema(0.01, 240).optional().describe("Frames a second that are expected."),
  zones: namedList(
    z.strictObject({
      name: nameSchema.describe("Name by which policies ask for the zone."),
      polygon: polygonTextSchema.describe("Its corners, as shares of width and height."),
    }),
  )
    .max(limits.zonesPerStream)
    .default([])
    .describe("Parts of the picture that policies can focus on."),
  masks: namedList(
    z.strictObject({
      name: nameSchema.describe("What is hidden."),
      polygon: polygonTextSchema.describe("Its corners, as shares of width and height."),
    }),
  )
    .max(limits.masksPerStream)
    .default([])
    .describe(
      "Parts of the picture that are painted black before anything leaves the capture stage, beside those of the device's own file. They come with its policy, and stay whatever becomes of that.",
    ),
});

const specSchema = z.strictObject({
  weight: weightSchema.describe("Its bytes are worth so many times what they are by themselves.").prefault("1"),
  floor: rateSchema.optional().describe("What it keeps whatever others bid; the policy's floor if not given."),
  cap: rateSchema.optional().describe("The most that its link can take, whatever a policy grants."),
  streams: namedList(streamSchema).max(limits.streamsPerDevice).prefault([]).describe("Its cameras."),
});
export type EdgeDeviceSpec = z.output<typeof specSchema>;

const time = z.iso.datetime({ offset: true });
const text = z.string().max(253);

const statusSchema = z.object({
  ...statusBase,
  lastSeen: time
    .optional()
    .describe("When it was last heard; while `Reporting` is True, when that began. Absent if never."),
  version: text.optional().describe("Version of its daemon."),
  url: z.string().max(2_048).optional().describe("Address of its own page, as it says itself."),
  policy: z
    .object({
      name: text.describe("The OffloadPolicy that grants it bytes."),
      revision: text.optional().describe("The revision that it has confirmed."),
      problem: z.string().max(1_024).optional().describe("Why it keeps an older revision."),
    })
    .optional()
    .describe("What it acts on."),
  lease: z
    .object({
      epoch: z.int().min(0).optional().describe("Number of the lease within its term."),
      rate: z.string().max(32).describe("Bytes a second that it held."),
    })
    .optional()
    .describe(
      "A budget lease that it had confirmed; absent while it is not heard. Leases change every few seconds, which is written in turns, those that hold less now first: what is shown of a policy's devices never adds up to more than its budget. `sluice top` shows what they hold now.",
    ),
  model: z
    .object({ name: text.describe("The edge model that it runs."), sha256: text.describe("Digest of its file.") })
    .optional()
    .describe("The edge model that it runs."),
  spool: z
    .object({ bytes: z.int().min(0).describe("Bytes that wait on its disk to be sent.") })
    .optional()
    .describe("Its durable spool."),
});
export type EdgeDeviceStatus = z.output<typeof statusSchema>;

/** A machine beside cameras that runs the edge daemon under the same name. */
export const edgeDeviceSchema = resourceSchema("EdgeDevice", specSchema, statusSchema);
export type EdgeDevice = z.output<typeof edgeDeviceSchema>;
