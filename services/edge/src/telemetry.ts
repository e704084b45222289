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
 * What the device tells others. Results and decisions go to the site's broker; where there is none they take the metered
 * uplink and are paid for like everything else there. Heartbeats always take the uplink. A message that cannot go out
 * now is counted and given up: the next one is newer.
 */
export class Telemetry {
  readonly #uplink: Uplink;
  readonly #site: Link | undefined;
  readonly #events: Events;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  /** What a page that is opened now should know of the last minutes. */
  readonly #history;

  constructor(parts: { uplink: Uplink; site: Link | undefined; events: Events; metrics: Metrics; clock: Clock }) {
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
    this.#count("heartbeat", this.#uplink.publish("heartbeat", subjects.heartbeat(message.device), json));
  }

  #publish(kind: Kind, subject: string, json: string): void {
    if (!this.#site) return this.#count(kind, this.#uplink.publish(kind, subject, json));
    this.#count(kind, this.#site.publish(subject, json) ? undefined : "disconnected");
  }

  #count(kind: Kind, refusal: Refusal | undefined): void {
    if (refusal) this.#metrics.inc("sluice_edge_publish_dropped_total", { kind, reason: refusal });
  }
}
