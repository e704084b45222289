import { limits, type Outcome } from "@sluice/contracts";
import type { Network } from "./network.ts";

/** An offload on its way. */
export interface Offload {
  /** Which one: index of the frame in the trace. */
  readonly index: number;
  readonly stream: number;
  readonly sentAtMs: number;
  /** When its reply is there; Infinity if never. */
  readonly arrivesAtMs: number;
  readonly dueMs: number;
}

export interface Ended {
  readonly offload: Offload;
  readonly outcome: Extract<Outcome, "answered" | "late" | "expired">;
  readonly atMs: number;
}

export interface RoadOptions {
  /** Without one, bytes take no time. */
  readonly network: Network | undefined;
  readonly rttMs: number;
  readonly deadlineMs: number;
}

/**
 * What a device's link and its cloud do in a replay: pictures go out one after another, each reply comes a round trip
 * after its picture went out, and is late after the deadline; after `limits.lateGraceMs` more nobody waits for it.
 */
export class TracedRoad {
  readonly #options: RoadOptions;
  #underWay: Offload[] = [];
  #freeAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: RoadOptions) {
    this.#options = options;
  }

  /** Offloads of a stream that wait for a reply within their deadline. */
  inFlight(stream: number, nowMs: number): number {
    return this.#underWay.filter((o) => o.stream === stream && o.dueMs > nowMs).length;
  }

  send(index: number, stream: number, bytes: number, nowMs: number): Offload {
    const { network, rttMs, deadlineMs } = this.#options;
    const beginsAtMs = Math.max(nowMs, this.#freeAtMs);
    const outAtMs = network ? network.sentAtMs(beginsAtMs, bytes) : beginsAtMs;
    this.#freeAtMs = outAtMs;
    const offload = { index, stream, sentAtMs: nowMs, arrivesAtMs: outAtMs + rttMs, dueMs: nowMs + deadlineMs };
    this.#underWay.push(offload);
    return offload;
  }

  /** What ended by `nowMs`, in order of time: that is the order of sending, since no offload overtakes another. */
  ended(nowMs: number): Ended[] {
    const ended = this.#underWay.map(endOf).filter(({ atMs }) => atMs <= nowMs);
    if (ended.length > 0) this.#underWay = this.#underWay.slice(ended.length);
    return ended;
  }
}

function endOf(offload: Offload): Ended {
  const { arrivesAtMs, dueMs } = offload;
  if (arrivesAtMs <= dueMs) return { offload, outcome: "answered", atMs: arrivesAtMs };
  const givenUpAtMs = dueMs + limits.lateGraceMs;
  if (arrivesAtMs <= givenUpAtMs) return { offload, outcome: "late", atMs: arrivesAtMs };
  return { offload, outcome: "expired", atMs: givenUpAtMs };
}
