import type { Fleet, Moment } from "./fleet.ts";
import type { Position } from "./position.ts";
import { ceiling, type Period, periodAt, presumed, usedIn } from "./quota.ts";
import { leaseMs, longest } from "./timing.ts";

/** The quota's rate moves only by more than this share, so that it does not renew every lease every second. */
const ceilingStep = 0.02;
/** Usage is counted by this period where the policy has no quota. */
const usualUnit = "month";

/** What a fleet may use now: the policy's rate, or less where what is left of the quota demands it. */
export class Allowance {
  #ceiling = Number.MAX_SAFE_INTEGER;
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  period(now: Moment): Period {
    return periodAt(this.#fleet.quota?.per ?? usualUnit, now.wallMs);
  }

  /** Bytes of this period that are known to have been sent. */
  usedBytes(positions: Iterable<Position>, now: Moment): number {
    const period = this.period(now);
    let sum = 0;
    for (const { usage } of positions) sum += usedIn(usage, period);
    return sum;
  }

  /** In whole bytes a second. */
  budget(positions: readonly Position[], now: Moment): number {
    const { bytesPerSecond, quota } = this.#fleet;
    if (!quota) return bytesPerSecond;
    const fresh = ceiling(quota, this.usedBytes(positions, now), this.#presumedBytes(positions, now), now.wallMs);
    const moved = Math.abs(fresh - this.#ceiling) > ceilingStep * this.#ceiling;
    if (moved) this.#ceiling = fresh;
    return Math.min(bytesPerSecond, this.#ceiling);
  }

  /** What devices may have sent in this period that nobody has heard of. One that was never heard has nothing to send. */
  #presumedBytes(positions: readonly Position[], now: Moment): number {
    const { startMs } = this.period(now);
    const { burstBytes } = this.#fleet;
    let sum = 0;
    for (const position of positions) {
      const { countedAtMs } = position.usage;
      if (countedAtMs === 0) continue;
      const silentMs = Math.max(0, now.wallMs - Math.max(startMs, countedAtMs));
      const [bytesPerSecond, floorBytesPerSecond] = [position.owed(now.monotonicMs), position.owedFloor];
      sum += presumed({ burstBytes, bytesPerSecond, floorBytesPerSecond, silentMs, leaseMs: longest(leaseMs) });
    }
    return sum;
  }
}
