import type { Outcome } from "@sluice/contracts";
import type { RoadView } from "./decide.ts";
import { Liveness } from "./liveness.ts";

/** The round trip follows each reply by this share (RFC 6298 uses an eighth; offloads are rarer than packets). */
const follow = 0.25;
/** An old measurement loses half of its say in this time, so that a slow spell is tried again. */
const halfLifeMs = 10_000;

/** What a device knows of the road to its cloud model: whether it answers, and how long that takes. */
export class Road {
  readonly #liveness = new Liveness();
  #roundTripMs = 0;
  #measuredAtMs = 0;

  /** The road as one stream sees it at `nowMs`. */
  view(nowMs: number, stream: Pick<RoadView, "connected" | "inFlight" | "inFlightLimit" | "deadlineMs">): RoadView {
    const freshness = 0.5 ** (Math.max(0, nowMs - this.#measuredAtMs) / halfLifeMs);
    return {
      ...stream,
      alive: this.#liveness.alive,
      probeDue: this.#liveness.probeDue(nowMs),
      expectedMs: this.#roundTripMs * freshness,
    };
  }

  /** Learns from an offload that ended `tookMs` after it was sent. */
  ended(outcome: Outcome, tookMs: number, nowMs: number): void {
    if (outcome !== "answered" && outcome !== "late") return this.#liveness.failed(nowMs);
    this.#liveness.answered();
    this.#roundTripMs = this.#roundTripMs === 0 ? tookMs : this.#roundTripMs + follow * (tookMs - this.#roundTripMs);
    this.#measuredAtMs = nowMs;
  }
}
