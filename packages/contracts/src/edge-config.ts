import * as z from "zod";
import { offloadSchema } from "./budget.ts";
import { limits } from "./limits.ts";
import { nameSchema } from "./names.ts";
import { durationSchema } from "./quantities.ts";

const corner = z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]);

/** `file:` a video, `dir:` a folder of images in name order, `rtsp:`/`http(s):` a camera, `/dev/videoN` V4L2. */
const sourceSchema = z
  .string()
  .regex(
    /^(file:.+|dir:.+|rtsps?:\/\/.+|https?:\/\/.+|\/dev\/video\d+)$/,
    "must be file:PATH, dir:PATH, rtsp://…, http(s)://… or /dev/videoN",
  );

const streamSchema = z.strictObject({
  name: nameSchema,
  source: sourceSchema,
  /** Frames a second at most; a folder of images plays at this rate. */
  fps: z.number().positive().max(240).optional(),
  /** Start a file or folder again when it ends. */
  loop: z.boolean().default(false),
  /** Polygons in shares of width and height, painted black before anything leaves the capture stage. */
  masks: z.array(z.array(corner).min(3).max(limits.cornersPerMask)).max(limits.masksPerStream).default([]),
  /** Without a frame for this long the source is reopened. */
  stallAfter: durationSchema.prefault("5s"),
});
export type StreamConfig = z.output<typeof streamSchema>;

const serversSchema = z.array(z.string().regex(/^(nats|tls|wss?):\/\//, "must begin with nats://, tls:// or ws(s)://"));

/** One device's configuration file. Secrets come from the environment, never from here. */
export const edgeConfigSchema = z.strictObject({
  device: nameSchema,
  http: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      port: z.int().min(0).max(65535).default(8080),
      /** Address under which others reach this device's page, if not host and port. */
      url: z.url().optional(),
    })
    .prefault({}),
  nats: z.strictObject({
    /** The metered link to the cloud. */
    uplink: z.strictObject({ servers: serversSchema.min(1) }),
    /** A broker on the site, for results; without one results take the uplink and its budget. */
    site: z.strictObject({ servers: serversSchema.min(1) }).optional(),
  }),
  /** Path of the edge model's manifest, relative to this file. */
  model: z.string().min(1),
  /** Threads for the edge model. */
  threads: z.int().min(1).max(64).default(1),
  offload: offloadSchema,
  streams: z
    .array(streamSchema)
    .min(1)
    .max(limits.streamsPerDevice)
    .refine((s) => new Set(s.map((x) => x.name)).size === s.length, "two streams have the same name"),
});
export type EdgeConfig = z.output<typeof edgeConfigSchema>;

/** What the environment may add. `SLUICE_NATS_CREDS` is the path of a NATS credentials file. */
export const environmentSchema = z.object({
  SLUICE_NATS_CREDS: z.string().optional(),
  SLUICE_NATS_TOKEN: z.string().optional(),
  SLUICE_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
});
export type Environment = z.output<typeof environmentSchema>;
