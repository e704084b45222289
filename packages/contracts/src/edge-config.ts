import * as z from "zod";
import { offloadSchema } from "./budget.ts";
import { limits } from "./limits.ts";
import { nameSchema } from "./names.ts";
import { polygonSchema } from "./polygon.ts";
import { durationSchema } from "./quantities.ts";

const sourceSchema = z
  .string()
  .regex(
    /^(file:.+|dir:.+|rtsps?:\/\/.+|https?:\/\/.+|\/dev\/video\d+)$/,
    "must be file:PATH, dir:PATH, rtsp://…, http(s)://… or /dev/videoN",
  )
  .describe(
    "`file:PATH` a video, `dir:PATH` a folder of images in name order, `rtsp://…` or `http(s)://…` a camera, `/dev/videoN` V4L2.",
  );

const streamSchema = z.strictObject({
  name: nameSchema.describe("Name of the stream, unique on the device."),
  source: sourceSchema,
  fps: z
    .number()
    .positive()
    .max(240)
    .optional()
    .describe("Frames a second at most; a folder of images plays at this rate."),
  loop: z.boolean().default(false).describe("Start a file or folder again when it ends."),
  masks: z
    .array(polygonSchema)
    .max(limits.masksPerStream)
    .default([])
    .describe(
      "Polygons, `[x, y]` in shares of width and height, painted black before anything leaves the capture stage.",
    ),
  stallAfter: durationSchema.describe("Without a frame for this long the source is reopened.").prefault("5s"),
});
export type StreamConfig = z.output<typeof streamSchema>;

const serversSchema = z
  .array(z.string().regex(/^(nats|tls):\/\//, "must begin with nats:// or tls://"))
  .describe("Addresses of one NATS broker or cluster: `nats://` or `tls://`.");

/** One device's configuration file. Secrets come from the environment, never from here. */
export const edgeConfigSchema = z.strictObject({
  device: nameSchema.describe("Name of the device, unique in the fleet."),
  http: z
    .strictObject({
      host: z.string().default("127.0.0.1").describe("Address to listen on; `0.0.0.0` for every network."),
      port: z.int().min(0).max(65535).default(8080).describe("Port of the page, the API and the metrics; 0 takes any."),
      url: z.url().optional().describe("Address under which others reach this page, if not host and port."),
    })
    .prefault({}),
  nats: z.strictObject({
    uplink: z.strictObject({ servers: serversSchema.min(1) }).describe("The metered link to the cloud."),
    site: z
      .strictObject({ servers: serversSchema.min(1) })
      .optional()
      .describe("A broker on the site, for results; without one results take the uplink and its budget."),
  }),
  model: z.string().min(1).describe("Path of the edge model's manifest, relative to this file."),
  threads: z.int().min(1).max(64).default(1).describe("Threads for the edge model."),
  state: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Folder of this device alone, relative to this file, for what it learns; without it a restart begins anew.",
    ),
  control: z
    .enum(["file", "operator"])
    .default("file")
    .describe(
      "`operator`: policy and byte budget come over the uplink, and `offload` counts until a policy came; nothing is sent before the first lease. `file`: nothing but `offload` counts.",
    ),
  offload: offloadSchema,
  streams: z
    .array(streamSchema)
    .min(1)
    .max(limits.streamsPerDevice)
    .refine((s) => new Set(s.map((x) => x.name)).size === s.length, "two streams have the same name"),
});
export type EdgeConfig = z.output<typeof edgeConfigSchema>;
