import { type DecisionMessage, type Heartbeat, type Result, subjects } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import type { Link } from "@sluice/messaging";
import { encodeDecision, encodeHeartbeat, encodeResult } from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
import { applyDecision, applyHeartbeat, applyResult, emptyFleet, type Snapshot, snapshotOf } from "@sluice/web";
import type { Events } from "./events.ts";
import type { Refusal, Uplink } from "./uplink.ts";

type Kind = "result" | "decision" | "heartbeat";

/**
 * How long an operator may be without a sign of life because there are no bytes for one; it takes a device for offline
 * after 6.5 s, and would give it neither policy nor lease.
 */
const pulseMs = 4_000;

interface TelemetryParts {
  readonly uplink: Uplink;
  readonly site: Link | undefined;
  readonly events: Events;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Whether an operator decides about this device. */
  readonly operated: boolean;
}

/**
 * What the device tells others. Results and decisions go to the site's broker; where there is none they take the metered
 * uplink and are paid for like everything else there. Heartbeats always take the uplink. A message that cannot go out
 * now is counted and given up: the next one is newer. But an operator gives bytes only to devices that it hears of, so to
 * one a heartbeat goes out now and then whatever the bucket holds, as other messages do that ask for a lease.
 */
export class Telemetry {
  readonly #uplink: Uplink;
  readonly #site: Link | undefined;
  readonly #events: Events;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  /** What a page that is opened now should know of the last minutes. */
  readonly #history;
  readonly #operated: boolean;
  #beatMs = Number.NEGATIVE_INFINITY;

  constructor(parts: TelemetryParts) {
    this.#operated = parts.operated;
    this.#uplink = parts.uplink;
    this.#site = parts.site;
    this.#events = parts.events;
    this.#metrics = parts.metrics;
    this.#clock = parts.clock;
    this.#history = emptyFleet(1, parts.clock.monotonicMs());
  }

  /** The device's last minutes, in the form that pages keep. */
  history(): Snapshot {
    return snapshotOf(this.#history, this.#clock.monotonicMs());
  }

  result(message: Result): void {
    const json = encodeResult(message);
    applyResult(this.#history, message, this.#clock.monotonicMs());
    this.#events.emit("result", message.stream, json);
    this.#publish("result", subjects.result(message.device, message.stream), json);
  }

  decision(message: DecisionMessage): void {
    const json = encodeDecision(message);
    applyDecision(this.#history, message);
    this.#events.emit("decision", message.stream, json);
    this.#publish("decision", subjects.decision(message.device, message.stream), json);
  }

  heartbeat(message: Heartbeat): void {
    const json = encodeHeartbeat(message);
    applyHeartbeat(this.#history, message, this.#clock.monotonicMs());
    this.#events.emit("heartbeat", undefined, json);
    this.#count("heartbeat", this.#beat(subjects.heartbeat(message.device), json));
  }

  #beat(subject: string, json: string): Refusal | undefined {
    const nowMs = this.#clock.monotonicMs();
    const paid = this.#uplink.publish("heartbeat", subject, json);
    const due = this.#operated && paid === "budget" && nowMs - this.#beatMs >= pulseMs;
    const refusal = due && this.#uplink.control(subject, json) ? undefined : paid;
    if (refusal === undefined) this.#beatMs = nowMs;
    return refusal;
  }

  #publish(kind: Kind, subject: string, json: string): void {
    if (!this.#site) return this.#count(kind, this.#uplink.publish(kind, subject, json));
    this.#count(kind, this.#site.publish(subject, json) ? undefined : "disconnected");
  }

  #count(kind: Kind, refusal: Refusal | undefined): void {
    if (refusal) this.#metrics.inc("sluice_edge_publish_dropped_total", { kind, reason: refusal });
  }
}
