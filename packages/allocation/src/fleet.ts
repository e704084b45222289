import type { Quota } from "./quota.ts";

/** A device that the policy selects. Rates are whole bytes a second. */
export interface Member {
  readonly device: string;
  readonly floor: number;
  readonly cap: number;
  readonly weight: number;
  /**
   * Largest floor that any kept revision of the policy gave it, if larger: it counts until the device is heard, should the
   * bucket have lost its record. A device that was deselected is named with a floor of 0 and its former one.
   */
  readonly formerFloor?: number;
}

/** What the policy grants. */
export interface Fleet {
  readonly bytesPerSecond: number;
  /** What each device may save up. */
  readonly burstBytes: number;
  readonly quota?: Quota;
  readonly members: readonly Member[];
}

/** One moment on the operator's two clocks. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}
