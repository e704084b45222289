import { limits, type Outcome } from "@sluice/contracts";
import { fieldsOf, listOf, numberIn } from "@sluice/foundation";
import { Liveness } from "./liveness.ts";
import type { RoadView } from "./passage.ts";

/** An old measurement loses half of its say in this time, so that a slow spell is tried again. */
const halfLifeMs = 10_000;
/** Trips that are remembered. */
const tripsKept = 32;
/** What a trip that was never made counts for: without news the road is taken to be open. */
const hope = 0.25;
/** Share of the shortest trip that no byte had a part in: the round trip of an empty message, guessed from below. */
const emptyShare = 0.5;
/** Offloads under way that are remembered; a device has a few for each stream. */
const underWayKept = 16 * limits.streamsPerDevice;

/** Bytes that had to go out before the reply could come, its own and those ahead of it; and how long it took. */
interface Trip {
  readonly bytes: number;
  readonly tookMs: number;
  readonly endedAtMs: number;
}

/**
 * What a device knows of the road to its cloud model: whether it answers, and how long that takes for how many bytes. It
 * keeps the last trips as they were, not their mean, so that it can say how likely a reply is to come in time. All
 * streams share it: what one of them has under way is ahead of what another sends.
 */
export class Road {
  readonly #liveness = new Liveness();
  readonly #underWay = new Map<string, { bytes: number; aheadBytes: number; sentAtMs: number }>();
  #aheadBytes = 0;
  #trips: Trip[] = [];

  /** The road as one stream sees it at `nowMs`. */
  view(
    nowMs: number,
    stream: Pick<RoadView, "connected" | "inFlight" | "inFlightLimit">,
    deadlineMs: number,
  ): RoadView {
    return {
      ...stream,
      alive: this.#liveness.alive,
      probeDue: this.#liveness.probeDue(nowMs),
      aheadBytes: this.#aheadBytes,
      chance: (bytes) => this.#chance(bytes, deadlineMs, nowMs),
    };
  }

  /** A replica was heard of after a time without any: a cloud that was taken for dead is asked at once. */
  announced(nowMs: number): void {
    this.#liveness.announced(nowMs);
  }

  /** An offload went out; `key` names it. */
  sent(key: string, bytes: number, nowMs: number): void {
    this.#forget(key);
    if (this.#underWay.size >= underWayKept) this.#forget(this.#underWay.keys().next().value!);
    this.#underWay.set(key, { bytes, aheadBytes: this.#aheadBytes, sentAtMs: nowMs });
    this.#aheadBytes += bytes;
    this.#liveness.sent(nowMs);
  }

  /** An offload ended; only one that was answered, if too late, tells how long the road is. */
  ended(key: string, outcome: Outcome, nowMs: number): void {
    const sent = this.#forget(key);
    if (outcome !== "answered" && outcome !== "late") return this.#liveness.failed(nowMs);
    this.#liveness.answered();
    if (!sent) return;
    const trip = { bytes: sent.aheadBytes + sent.bytes, tookMs: Math.max(0, nowMs - sent.sentAtMs), endedAtMs: nowMs };
    this.#trips = [...this.#trips.slice(1 - tripsKept), trip];
  }

  /** The trips as JSON, for {@link Road.from}; ages instead of times, since clocks differ from run to run. */
  written(nowMs: number) {
    return this.#trips.map(({ endedAtMs, ...trip }) => ({ ...trip, ageMs: Math.max(0, nowMs - endedAtMs) }));
  }

  /** Goes on from what {@link written} gave, `sleptMs` later; throws, saying why, where that cannot be. */
  static from(value: unknown, nowMs: number, sleptMs: number): Road {
    const road = new Road();
    road.#trips = listOf(value, "trips", tripsKept, (trip, what) => tripOf(trip, what, nowMs - sleptMs));
    return road;
  }

  #forget(key: string) {
    const sent = this.#underWay.get(key);
    this.#underWay.delete(key);
    this.#aheadBytes -= sent?.bytes ?? 0;
    return sent;
  }

  /** Share of the remembered trips that would have been in time with this load, the recent ones counting for more. */
  #chance(bytes: number, withinMs: number, nowMs: number): number {
    const emptyMs = emptyShare * Math.min(...this.#trips.map(({ tookMs }) => tookMs));
    let [inTime, all] = [hope, hope];
    for (const trip of this.#trips) {
      const weight = 0.5 ** (Math.max(0, nowMs - trip.endedAtMs) / halfLifeMs);
      all += weight;
      if (emptyMs + (trip.tookMs - emptyMs) * (bytes / Math.max(1, trip.bytes)) <= withinMs) inTime += weight;
    }
    return inTime / all;
  }
}

function tripOf(value: unknown, what: string, endMs: number): Trip {
  const fields = fieldsOf(value, what);
  const count = (name: string) => numberIn(fields[name], `${what}.${name}`, 0, Number.MAX_SAFE_INTEGER);
  return { bytes: count("bytes"), tookMs: count("tookMs"), endedAtMs: endMs - count("ageMs") };
}
