import * as z from "zod";
import { outcomes } from "./results.ts";

const count = z.int().min(0);

/** Why a captured frame was not answered. */
export const dropReasons = ["superseded", "model-error"] as const;
export type DropReason = (typeof dropReasons)[number];

const agreementSchema = z.object({
  /** Audits that it rests on: frames drawn at random, and answered. */
  samples: count,
  /** Mean frame F1 against the cloud model over all frames, sent or not; null while too few were audited to say. */
  local: z.number().nullable(),
  corrected: z.number().nullable(),
  /** How far to either side of each mean the truth lies with a chance of 95 %. */
  localHalfWidth: z.number().min(0).nullable().optional(),
  correctedHalfWidth: z.number().min(0).nullable().optional(),
  /** Frames that the audits stand for, and audits that were drawn and not answered. */
  frames: count.optional(),
  missing: count.optional(),
});

/** A stream's counters since the daemon started: `frames = answered + the sum of dropped` once all work is done. */
export const streamReportSchema = z.object({
  name: z.string(),
  state: z.enum(["starting", "running", "stalled", "retrying", "ended"]),
  /** The error that keeps the stream from running, for a person. */
  problem: z.string().nullable(),
  width: count,
  height: count,
  fps: z.number(),
  frames: count,
  answered: count,
  dropped: z.partialRecord(z.enum(dropReasons), count),
  offloads: z.partialRecord(z.enum(outcomes), count),
  sent: count,
  inFlight: count,
  bytes: count,
  price: z.number(),
  agreement: agreementSchema,
  /** How far what the edge model detects is believed, 0 to 1, of the classes that it detects most. */
  beliefs: z.record(z.string(), z.number().min(0).max(1)).optional(),
});
export type StreamReport = z.output<typeof streamReportSchema>;

/** A device's sign of life. Counters start at 0 with the process: `startedAtMs` tells one run from the next. */
export const heartbeatSchema = z.object({
  version: z.int(),
  device: z.string(),
  atMs: z.number(),
  startedAtMs: z.number(),
  /** Address of the device's own page, if it can be reached. */
  url: z.string().nullable(),
  model: z.object({ name: z.string(), digest: z.string() }),
  uplink: z.object({
    state: z.enum(["connected", "disconnected"]),
    /** Model asked for, and whether any replica has advertised it of late. */
    model: z.string(),
    backend: z.enum(["available", "silent", "unknown"]),
    queueMs: z.number().nullable(),
  }),
  budget: z.object({
    bytesPerSecond: z.number(),
    burstBytes: z.number(),
    tokens: z.number(),
    /** Bytes charged since the start; never above bytesPerSecond × elapsedMs / 1000 where the rate never changed. */
    spentBytes: count,
    elapsedMs: z.number(),
  }),
  /** The policy that it acts on; null where it works by its own configuration, absent where it knows of no policies. */
  policy: z
    .object({
      name: z.string(),
      revision: z.string(),
    })
    .nullable()
    .optional(),
  /** The newest policy document, if the device cannot act on it, and why; it is gone as soon as another one is taken. */
  refused: z
    .object({
      policy: z.string(),
      revision: z.string(),
      reason: z.string(),
      /** Code of the error, as the catalogue has it. */
      code: z.string().optional(),
      /** The edge model that the document asks for; null if none. */
      model: z.string().nullable().optional(),
    })
    .nullable()
    .optional(),
  /** The lease that it goes by; null before the first, absent where the budget comes from its own file. */
  lease: z
    .object({
      policy: z.string(),
      term: count,
      epoch: count,
      bytesPerSecond: count,
      floorBytesPerSecond: count,
      /** Until it falls to its floor; 0 where it has. */
      endsInMs: count,
    })
    .nullable()
    .optional(),
  /** Version of the operator's masks that it paints; null before the first, absent where it knows of none. */
  masks: z.string().max(64).nullable().optional(),
  /** Why policy or lease cannot be heard of, be kept, or be followed to the letter, for a person. */
  controlProblem: z.string().nullable().optional(),
  streams: z.array(streamReportSchema),
});
export type Heartbeat = z.output<typeof heartbeatSchema>;

/** What a replica of the inference service says of itself for one model. */
export const backendSchema = z.object({
  version: z.int(),
  replica: z.string(),
  atMs: z.number(),
  model: z.string(),
  digest: z.string(),
  /** Requests waiting, and how long the next one is expected to wait. */
  queued: count,
  queueMs: z.number().min(0),
  draining: z.boolean(),
  /** What is asked of it and what that costs; absent from replicas of before there was autoscaling by need. */
  load: z
    .object({
      /** Requests that arrive a second, those that are refused included. */
      arrivalsPerSecond: z.number().min(0),
      /** Time of a worker that one request takes; null before the first. */
      serviceMs: z.number().min(0).nullable(),
      /** Batches that it computes at once. */
      workers: z.int().min(1),
    })
    .optional(),
});
export type Backend = z.output<typeof backendSchema>;
