import { AuthorizationError, type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { SluiceError } from "@sluice/contracts";
import { backoffMs, type Clock, type Prng, pause } from "@sluice/foundation";
import { type Access, dialer } from "./dial.ts";
import type { Headers } from "./framing.ts";
import { type Incoming, toIncoming } from "./incoming.ts";
import { defaultPending, Intake } from "./intake.ts";
import { type Leave, Wire } from "./wire.ts";

const backoff = { firstMs: 250, maxMs: 3_000 };

export interface LinkState {
  readonly connected: boolean;
  /** Why there is no connection (`disconnected`), or what the server does not allow (`not-permitted`). */
  readonly problem: SluiceError | null;
}

export interface LinkOptions extends Access {
  clock: Clock;
  /** Spreads reconnections; the process's own randomness unless given. */
  prng?: Prng;
  onState?(state: LinkState): void;
}

export interface SubscribeOptions {
  queue?: string;
  /** Messages that may wait for the handler (default 1024); the next ones go to `onOverflow`. */
  maxPending?: number;
  /** Of messages on one subject only the newest waits: for those that say what is, not what happened. */
  newest?: boolean;
  /** Told each message that found no room, which the link also counts in `overflowed`. */
  onOverflow?(message: Incoming): void;
}

/** A connection to a broker that is restored for ever. While there is none, nothing is buffered. */
export interface Link {
  readonly connected: boolean;
  /** Bytes of messages, with their framing; pings and the handshake are not counted. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Messages that arrived faster than their handler took them, and were dropped. */
  readonly overflowed: number;
  /** Connections made so far. */
  readonly connections: number;
  /** False, with nothing buffered: not connected, larger than the server takes, or the socket is backed up. */
  publish(subject: string, payload: Uint8Array | string, headers?: Headers, replyTo?: string): boolean;
  /** Lasts over reconnections until the returned function is called. A handler that throws ends the process. */
  subscribe(subject: string, options: SubscribeOptions, handler: (message: Incoming) => void): Leave;
  /**
   * For JetStream, which needs the library's own connection: `begin` is called with each one, and what it returns when that
   * one has ended. Its traffic is not counted. Lasts until the returned function is called.
   */
  each(begin: (connection: NatsConnection) => () => void): () => void;
  close(): Promise<void>;
}

/**
 * Returns at once and connects behind the scenes, for ever, with jitter. Rejects with `config-invalid` only where no
 * retry can help: a malformed address or an unreadable credentials file.
 */
export async function connectLink(options: LinkOptions): Promise<Link> {
  return new NatsLink(options);
}

interface Wanted {
  subject: string;
  queue: string | undefined;
  intake: Intake<Incoming>;
  stop: Leave;
}

/** Of a subscription that no connection knows yet. */
const nothingToLeave: Leave = Object.assign(() => {}, { drain: () => Promise.resolve() });

interface User {
  begin: (connection: NatsConnection) => () => void;
  end: () => void;
}

class NatsLink implements Link {
  bytesIn = 0;
  bytesOut = 0;
  overflowed = 0;
  connections = 0;
  #wire: Wire | undefined;
  readonly #wanted = new Set<Wanted>();
  readonly #users = new Set<User>();
  readonly #closing = new AbortController();
  readonly #options: LinkOptions;
  readonly #dial: () => Promise<NatsConnection>;
  readonly #running: Promise<void>;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#dial = dialer(options);
    this.#running = this.#run();
  }

  get connected(): boolean {
    return this.#wire?.open ?? false;
  }

  publish(subject: string, payload: Uint8Array | string, headers?: Headers, replyTo?: string): boolean {
    const bytes = this.#wire?.publish(subject, payload, headers, replyTo) ?? 0;
    this.bytesOut += bytes;
    return bytes > 0;
  }

  subscribe(subject: string, options: SubscribeOptions, handler: (message: Incoming) => void): Leave {
    const overflow = (message: Incoming) => {
      this.overflowed++;
      options.onOverflow?.(message);
    };
    const { maxPending: capacity = defaultPending, newest = false } = options;
    const keyOf = newest ? (message: Incoming) => message.subject : undefined;
    const intake = new Intake({ capacity, clock: this.#options.clock, handle: handler, overflow, keyOf });
    const wanted: Wanted = { subject, queue: options.queue, intake, stop: nothingToLeave };
    this.#wanted.add(wanted);
    if (this.#wire?.open) this.#begin(wanted, this.#wire);
    const leave = () => {
      this.#wanted.delete(wanted);
      intake.close();
      wanted.stop();
    };
    const drain = async () => {
      this.#wanted.delete(wanted);
      await wanted.stop.drain();
      await intake.empty();
      leave();
    };
    return Object.assign(leave, { drain });
  }

  each(begin: (connection: NatsConnection) => () => void): () => void {
    const user: User = { begin, end: this.#wire?.open ? begin(this.#wire.connection) : () => {} };
    this.#users.add(user);
    return () => {
      this.#users.delete(user);
      user.end();
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#endUsers();
    await this.#wire?.close();
    for (const wanted of this.#wanted) wanted.intake.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, prng = { next: Math.random } } = this.#options;
    for (let attempt = 0; !this.#closing.signal.aborted; attempt++) {
      const startMs = clock.monotonicMs();
      await this.#connectOnce();
      // A server that takes connections only to drop them is not hammered.
      if (clock.monotonicMs() - startMs > backoff.maxMs) attempt = 0;
      await pause(clock, backoffMs(backoff, attempt, prng), this.#closing.signal);
    }
  }

  /** One connection from dialling to its end. */
  async #connectOnce(): Promise<void> {
    const connection = await this.#dial().catch((error: Error) => this.#report(false, this.#problem(error)));
    if (!connection) return;
    if (this.#closing.signal.aborted) return connection.close();
    const wire = new Wire(connection, (error) => this.#report(true, this.#problem(error)));
    this.#wire = wire;
    this.connections++;
    for (const wanted of this.#wanted) this.#begin(wanted, wire);
    for (const user of this.#users) user.end = user.begin(connection);
    this.#report(true, null);
    const reason = await wire.gone;
    this.#wire = undefined;
    this.#endUsers();
    this.#report(false, this.#problem(new Error(reason)));
    await wire.close();
  }

  #endUsers(): void {
    for (const user of this.#users) {
      user.end();
      user.end = () => {};
    }
  }

  #begin(wanted: Wanted, wire: Wire): void {
    const publish = this.publish.bind(this);
    wanted.stop = wire.subscribe(wanted.subject, wanted.queue, (message) => {
      const incoming = toIncoming(message, publish);
      this.bytesIn += incoming.wireBytes;
      wanted.intake.push(incoming);
    });
  }

  #problem(error: Error): SluiceError {
    const denied = error instanceof AuthorizationError || error instanceof PermissionViolationError;
    const where = this.#options.servers.join(", ");
    return new SluiceError(denied ? "not-permitted" : "disconnected", `NATS ${where}: ${error.message}`, {
      cause: error,
    });
  }

  #report(connected: boolean, problem: SluiceError | null): undefined {
    if (!this.#closing.signal.aborted) this.#options.onState?.({ connected, problem });
  }
}
