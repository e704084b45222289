import type { Lease } from "@sluice/contracts";
import type { Allocator } from "../allocator.ts";
import type { Fleet, Moment } from "../fleet.ts";
import type { Bucket, Weather } from "./bucket.builder.ts";
import type { Law } from "./law.builder.ts";
import type { World } from "./world.builder.ts";

/** The one policy of a simulation. */
export const policy = "gate";

/** Ways to break the protocol, to see that the simulation finds out. */
export interface Bugs {
  /** What a device makes of a lease that it received. */
  readonly received?: (lease: Lease, nowMs: number) => Lease;
  readonly acknowledgesUnsaved?: boolean;
  readonly neverLosesItsMandate?: boolean;
  readonly neverQuiet?: boolean;
  /** What an operator makes of the policy. */
  readonly edited?: (fleet: Fleet) => Fleet;
  /** What an operator does after it handed out leases. */
  readonly issued?: (allocator: Allocator, leases: readonly Lease[], now: Moment) => void;
  /** What an operator makes of the records that it finds. */
  readonly recovered?: (records: Lease[]) => Lease[];
}

/** What everybody in a simulation lives in. */
export interface Surroundings {
  readonly world: World;
  readonly bucket: Bucket;
  readonly law: Law;
  readonly bugs: Bugs;
  readonly drift: number;
  weather: Weather;
}
