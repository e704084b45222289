import { type DecisionMessage, type Heartbeat, type Result, subjects } from "@sluice/contracts";
import type { Link } from "@sluice/messaging";
import { encodeDecision, encodeHeartbeat, encodeResult } from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
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

  constructor(parts: { uplink: Uplink; site: Link | undefined; events: Events; metrics: Metrics }) {
    this.#uplink = parts.uplink;
    this.#site = parts.site;
    this.#events = parts.events;
    this.#metrics = parts.metrics;
  }

  result(message: Result): void {
    const json = encodeResult(message);
    this.#events.emit("result", message.stream, json);
    this.#publish("result", subjects.result(message.device, message.stream), json);
  }

  decision(message: DecisionMessage): void {
    const json = encodeDecision(message);
    this.#events.emit("decision", message.stream, json);
    this.#publish("decision", subjects.decision(message.device, message.stream), json);
  }

  heartbeat(message: Heartbeat): void {
    const json = encodeHeartbeat(message);
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
