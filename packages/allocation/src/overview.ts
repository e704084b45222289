import type { Allocation } from "./allocate.ts";
import type { Position } from "./position.ts";

/** What the fleet holds, for status and metrics. */
export interface Overview {
  /** What may be given away now: the policy's rate, or less where the quota demands it. */
  readonly bytesPerSecond: number;
  /** What devices may believe they hold together; above the budget only after it was cut, until they have heard of it. */
  readonly owedBytesPerSecond: number;
  readonly usedBytes: number;
  readonly floorsScaled: boolean;
  /** Value of the last byte given, 0 where there is enough for all. */
  readonly price: number;
  readonly quiet: boolean;
  /** Of each device as it is when it is asked: ten thousand where only the sums matter would be made for nothing. */
  leases(): Held[];
}

/**
 * One device. `lent`: it is idle, and what is its own beyond the floor is with the others; `silent`: nothing was heard of it
 * for a while, so it is counted on for its floor only; `leaving`: no longer selected, but it may still hold something.
 */
export interface Held {
  readonly device: string;
  readonly bytesPerSecond: number;
  readonly floorBytesPerSecond: number;
  /** What it would get were nobody idle. */
  readonly shareBytesPerSecond: number;
  readonly state: "held" | "lent" | "silent" | "leaving";
}

/** The last split of the budget. */
export interface Plan {
  readonly budget: number;
  readonly members: readonly Position[];
  readonly allocation: Allocation;
}

type Survey = Omit<Overview, "usedBytes" | "quiet">;

export function survey(plan: Plan, all: readonly Position[], nowMs: number): Survey {
  const { budget, members, allocation } = plan;
  return {
    bytesPerSecond: budget,
    owedBytesPerSecond: all.reduce((sum, position) => sum + position.owed(nowMs), 0),
    floorsScaled: allocation.floorsScaled,
    price: allocation.price,
    leases() {
      const shares = new Map(members.map((position, i) => [position, allocation.shares[i]!]));
      return all.map((position) => held(position, shares.get(position), nowMs));
    },
  };
}

function held(position: Position, share: number | undefined, nowMs: number): Held {
  return {
    device: position.device,
    bytesPerSecond: position.granted(nowMs),
    floorBytesPerSecond: position.owedFloor,
    shareBytesPerSecond: share ?? 0,
    state: stateOf(position, share !== undefined, nowMs),
  };
}

function stateOf(position: Position, selected: boolean, nowMs: number): Held["state"] {
  if (!selected) return "leaving";
  if (!position.present(nowMs)) return "silent";
  return position.report?.idle ? "lent" : "held";
}
