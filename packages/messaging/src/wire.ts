import {
  type Msg,
  type NatsConnection,
  headers as newHeaders,
  PermissionViolationError,
} from "@nats-io/transport-node";
import { invariant } from "@sluice/foundation";
import { type Headers, headerBytes, publishedBytes } from "./framing.ts";

/** Bytes given to the socket that the server has not acknowledged; beyond, publishing is refused. */
const unflushedBytesBound = 1 << 20;
/** The server is asked for an acknowledgement (a ping of 6 bytes) once so many bytes wait for one. */
const flushAfterBytes = 64 << 10;
/** Time to hand over what was published when closing. */
const closeTimeoutMs = 1_000;
/** Time for the server to say that it sends no more; a busy one takes a while, and whoever leaves has a grace period of its own. */
const drainTimeoutMs = 10_000;

/** Ends a subscription at once, and forgets what was not handled yet. */
export interface Leave {
  (): void;
  /** Takes what the server had given it already, and resolves when that is all handled, or the connection is gone. */
  drain(): Promise<void>;
}

/** One live connection, from its handshake to its end; what comes after is {@link Link}'s business. */
export class Wire {
  /** Resolves with the reason once nothing more can be sent. */
  readonly gone: Promise<string>;
  readonly connection: NatsConnection;
  #open = true;
  #unflushedBytes = 0;
  #flushing = false;

  /** `onError` is told what the server complains about while the connection lives, such as a missing permission. */
  constructor(connection: NatsConnection, onError: (error: Error) => void) {
    this.connection = connection;
    this.gone = this.#watch(onError);
  }

  get open(): boolean {
    return this.#open;
  }

  /** Bytes put on the socket, or 0 when the message is too large, too much is unacknowledged, or the wire is gone. */
  publish(subject: string, payload: Uint8Array | string, headers: Headers = {}, replyTo?: string): number {
    invariant(!/\s/.test(subject) && subject !== "", "a subject has no white space");
    const payloadBytes = Buffer.byteLength(payload);
    const head = headerBytes(headers);
    const maxBytes = this.connection.info?.max_payload ?? 0;
    if (!this.#open || this.connection.isClosed() || head + payloadBytes > maxBytes) return 0;
    if (this.#unflushedBytes > unflushedBytesBound) return 0;
    this.connection.publish(subject, payload, {
      ...(head > 0 && { headers: encoded(headers) }),
      ...(replyTo && { reply: replyTo }),
    });
    const bytes = publishedBytes(subject, replyTo, headers, payloadBytes);
    this.#account(bytes);
    return bytes;
  }

  subscribe(subject: string, queue: string | undefined, handle: (message: Msg) => void): Leave {
    const callback = (error: Error | null, message: Msg) => {
      // An error ends the subscription and is also reported as a status, where it is told onward.
      if (!error) handle(message);
    };
    const subscription = this.connection.subscribe(subject, { callback, ...(queue && { queue }) });
    const drain = async () => {
      // It fails only when the connection ends, and then nothing more comes either.
      const drained = subscription.drain().catch(() => {});
      await Promise.race([drained, this.gone, timeout(drainTimeoutMs)]);
    };
    return Object.assign(() => subscription.unsubscribe(), { drain });
  }

  /** Hands over what was published, if the server takes it in time, and closes. */
  async close(): Promise<void> {
    // A flush outlives the connection that it was for, so the connection's end ends the wait as well.
    if (this.#open) await Promise.race([this.connection.flush(), this.gone, timeout(closeTimeoutMs)]);
    this.#open = false;
    await Promise.race([this.connection.close(), timeout(closeTimeoutMs)]);
  }

  async #watch(onError: (error: Error) => void): Promise<string> {
    const reason = await this.#reason(onError);
    this.#open = false;
    return reason;
  }

  /**
   * A stale connection counts as gone at once: the library would first wait until the dead socket takes its last
   * bytes, which can take the kernel a quarter of an hour.
   */
  async #reason(onError: (error: Error) => void): Promise<string> {
    let last = "the connection was closed";
    for await (const status of this.connection.status()) {
      if (status.type === "staleConnection") return "pings went unanswered";
      if (status.type === "disconnect" || status.type === "close") return last;
      if (status.type !== "error") continue;
      onError(status.error);
      if (!(status.error instanceof PermissionViolationError)) last = status.error.message;
    }
    return last;
  }

  #account(bytes: number): void {
    this.#unflushedBytes += bytes;
    if (this.#flushing || this.#unflushedBytes < flushAfterBytes) return;
    this.#flushing = true;
    const marked = this.#unflushedBytes;
    const acknowledged = () => {
      this.#flushing = false;
      this.#unflushedBytes -= marked;
    };
    // A flush fails only when the connection ends, and `gone` tells of that.
    this.connection.flush().then(acknowledged, () => {});
  }
}

function encoded(headers: Headers) {
  const result = newHeaders();
  for (const [name, value] of Object.entries(headers)) result.set(name, value);
  return result;
}

function timeout(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs).unref());
}
