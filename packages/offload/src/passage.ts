import { limits, type Reason } from "@sluice/contracts";

/** The state of the road to the cloud at the moment of deciding. */
export interface RoadView {
  readonly connected: boolean;
  /** Whether the cloud answers, and if not, whether it is time to ask again. */
  readonly alive: boolean;
  readonly probeDue: boolean;
  /** Offloads of this stream under way, and how many may be. */
  readonly inFlight: number;
  readonly inFlightLimit: number;
  /** Bytes under way, of any stream: they go out before anything else does. */
  readonly aheadBytes: number;
  /** How likely a reply is to come before its deadline when so many bytes must go out for it, 0 to 1. */
  readonly chance: (bytes: number) => number;
}

/** A reply that is less likely than this to come in time is not asked for; a smaller rung is taken below the other. */
const evenChance = 0.5;
const goodChance = 0.7;
/** Behind another offload a late reply would be of our own making: only what is nearly sure to be in time goes at once. */
const sureChance = 0.9;

/** The first rung that `bytes` pay for and a message can carry; else the last. */
export function affordable<C extends { readonly bytes: number }>(candidates: readonly C[], bytes: number): C {
  const room = Math.min(bytes, limits.payloadBytes);
  return candidates.find((c) => c.bytes <= room) ?? candidates.at(-1)!;
}

/**
 * The first rung that, with nothing ahead of it, is likely to be answered in time; else, or to probe a dead cloud, the last.
 * Behind another offload it is better to wait than to send less.
 */
export function passable<C extends { readonly bytes: number }>(candidates: readonly C[], road: RoadView): C {
  const passes = road.alive ? candidates.find(({ bytes }) => road.chance(bytes) >= goodChance) : undefined;
  return passes ?? candidates.at(-1)!;
}

/** What keeps a wanted frame from being sent, the most fundamental first. A dead cloud is asked one thing at a time. */
export function obstacle(road: RoadView, inFlightLimit: number, bytes: number, available: number): Reason | undefined {
  if (!road.connected) return "disconnected";
  if (!road.alive && !road.probeDue) return "silent";
  if (road.inFlight >= (road.alive ? inFlightLimit : 1)) return "in-flight";
  if (road.chance(road.aheadBytes + bytes) < (road.aheadBytes > 0 ? sureChance : evenChance)) return "late";
  return bytes > available ? "budget" : undefined;
}
