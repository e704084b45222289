import { limits } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import type { Link, OffloadClient, OffloadSend } from "@sluice/messaging";
import { type Headers, publishedBytes } from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
import type { TokenBucket } from "@sluice/offload";

/** Why something was not put on the wire. */
export type Refusal = "disconnected" | "budget" | "too-large";

/** Share of the burst that results and decisions leave in the bucket, for offloads and heartbeats. */
const reservedShare = 0.5;

/** Counts what was ever sent, for quotas; nothing goes out that it could not count. */
export interface Counter {
  allows(bytes: number): boolean;
  spent(bytes: number): void;
}

interface Parts {
  readonly link: Link;
  readonly client: OffloadClient;
  readonly bucket: TokenBucket;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly counter?: Counter;
}

/** The metered link: nothing goes out that the bucket has not paid for, to the byte. */
export class Uplink {
  readonly #link: Link;
  readonly #client: OffloadClient;
  readonly #bucket: TokenBucket;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #counter: Counter | undefined;

  constructor(parts: Parts) {
    this.#link = parts.link;
    this.#client = parts.client;
    this.#bucket = parts.bucket;
    this.#clock = parts.clock;
    this.#metrics = parts.metrics;
    this.#counter = parts.counter;
  }

  get connected(): boolean {
    return this.#link.connected;
  }

  /** Offloads of a stream that wait for a reply within their deadline. */
  inFlight(stream: string): number {
    return this.#client.inFlight(stream);
  }

  /** Bytes that an offload of this stream takes beyond its picture. */
  overheadBytes(stream: string): number {
    const longestFrame = 1e9;
    return this.#client.price({
      stream,
      frame: longestFrame,
      jpeg: new Uint8Array(),
      deadlineMs: this.#clock.wallMs(),
    });
  }

  /** Sends an offload; returns the bytes it took on the wire, or why it was not sent. */
  offload(request: OffloadSend): number | Refusal {
    const bytes = this.#client.price(request);
    if (bytes > limits.payloadBytes) return "too-large";
    return this.#pay("offload", bytes, () => this.#client.send(request));
  }

  /** Publishes a message of the device itself over the metered link. */
  publish(kind: "result" | "decision" | "heartbeat", subject: string, json: string): Refusal | undefined {
    const payload = Buffer.from(json);
    const nowMs = this.#clock.monotonicMs();
    if (kind !== "heartbeat" && this.#bucket.fill(nowMs) < reservedShare)
      return this.connected ? "budget" : "disconnected";
    const paid = this.#pay(kind, publishedBytes(subject, undefined, {}, payload.length), () =>
      this.#link.publish(subject, payload),
    );
    return typeof paid === "string" ? paid : undefined;
  }

  /**
   * Sends a message without which the device would never hear of its next lease: charged like all others, but never
   * refused for want of bytes. False if it cannot be sent now.
   */
  control(subject: string, json: string, headers: Headers = {}, replyTo?: string): boolean {
    const bytes = publishedBytes(subject, replyTo, headers, Buffer.byteLength(json));
    if (this.#counter?.allows(bytes) === false || !this.#link.publish(subject, json, headers, replyTo)) return false;
    this.#bucket.charge(bytes, this.#clock.monotonicMs());
    this.#count("control", bytes);
    return true;
  }

  /** A control message came. */
  received(bytes: number): void {
    this.#metrics.inc("sluice_edge_uplink_bytes_total", { direction: "down", kind: "control" }, bytes);
  }

  #pay(kind: string, bytes: number, put: () => boolean): number | Refusal {
    if (!this.#link.connected) return "disconnected";
    if (this.#counter?.allows(bytes) === false) return "budget";
    if (!this.#bucket.take(bytes, this.#clock.monotonicMs())) return "budget";
    if (!put()) {
      this.#bucket.refund(bytes);
      return "disconnected";
    }
    this.#count(kind, bytes);
    return bytes;
  }

  #count(kind: string, bytes: number): void {
    this.#counter?.spent(bytes);
    this.#metrics.inc("sluice_edge_uplink_bytes_total", { direction: "up", kind }, bytes);
  }
}
