import * as z from "zod";
import { limits } from "./limits.ts";
import { nameSchema } from "./names.ts";

const count = z.int().min(0);
const identity = z.string().min(1).max(64);

/**
 * Who hands out the leases of a policy: the last value of the policy's mandate key. Every operator that takes over writes a
 * higher term, by compare-and-swap; it hands out nothing before it has written that the term is open. Then it tells devices,
 * with the same document in the term key: they take no leases of an earlier term from there on.
 */
export const termSchema = z.object({
  version: z.int(),
  policy: nameSchema,
  term: z.int().min(1),
  /** Identity of the operator's process. */
  operator: identity,
  open: z.boolean(),
  /** The operator has stopped handing out leases and will not begin again: its successor need not wait. */
  released: z.boolean(),
});
export type Term = z.output<typeof termSchema>;

/** Bytes of one counter of a device that the operator has counted. */
const meterSchema = z.object({ id: identity, bytes: count });

/** What one device used of a calendar period, as the operator keeps it. */
export const usageSchema = z.object({
  /** Start of the period, milliseconds since the Unix epoch. */
  periodStartMs: count,
  bytes: count,
  /** When the operator last heard of it, by the operator's wall clock. */
  countedAtMs: count,
  /** How far each counter has been counted, the newest first. */
  meters: z.array(meterSchema).max(limits.metersPerDevice),
});
export type Usage = z.output<typeof usageSchema>;

/**
 * What a device may send, and until when. A lease answers one report of one run of the device's daemon, and ends
 * `ttlMs` after that report was made, by the device's own clock; nobody else's clock is ever asked. The floor outlasts it.
 */
export const leaseSchema = z
  .object({
    version: z.int(),
    policy: nameSchema,
    device: nameSchema,
    /** Leases of a higher term, and within a term of a higher epoch, replace earlier ones. */
    term: z.int().min(1),
    epoch: z.int().min(1),
    answers: z.object({ run: identity, sentMs: count }),
    ttlMs: z.int().min(1).max(limits.leaseMs),
    bytesPerSecond: count,
    /** What the device falls back to when the lease has ended. */
    floorBytesPerSecond: count,
    burstBytes: count,
    /** The operator's own note: the largest floor that the device may still believe in. */
    owedFloorBytesPerSecond: count,
    usage: usageSchema,
  })
  .refine((lease) => lease.floorBytesPerSecond <= lease.bytesPerSecond, "the floor is at most the rate");
export type Lease = z.output<typeof leaseSchema>;

/**
 * A device's side, told and not stored: what it holds (which acknowledges the lease of that term and epoch), what bytes are worth to it, and
 * what it has used. The clock that `sentMs` is read from counts while the machine sleeps, and never goes back within a run.
 */
export const leaseReportSchema = z.object({
  version: z.int(),
  policy: nameSchema,
  device: nameSchema,
  /** Identity of this run of the daemon. */
  run: identity,
  sentMs: count,
  /** The newest open term that the device knows of; 0 if none. */
  term: count,
  held: z.object({
    term: count,
    epoch: count,
    /** In force when the report was made: the floor where no lease was. */
    bytesPerSecond: count,
    floorBytesPerSecond: count,
  }),
  /** The marginal value of a byte, at which rate it was measured, and what the device would use for free. */
  bid: z
    .object({
      price: z.number().min(0).max(limits.bytePrice),
      atBytesPerSecond: count,
      demandBytesPerSecond: count,
    })
    .nullable(),
  idle: z.boolean(),
  /** A counter that only grows, and how much of it the operator had counted when it last said so. */
  meter: meterSchema.extend({ countedBytes: count }),
});
export type LeaseReport = z.output<typeof leaseReportSchema>;
