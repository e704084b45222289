import { jetstream } from "@nats-io/jetstream";
import { type KV, type KvEntry, Kvm, type KvOptions } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { limits, SluiceError } from "@sluice/contracts";
import { invariant } from "@sluice/foundation";
import { isMissing, isRefused, translated } from "./bucket-errors.ts";
import { type Codec, codec, type Decoded, type Output, type Schema } from "./codec.ts";
import type { Link } from "./link.ts";

/** Time for the broker to answer one request. */
const requestTimeoutMs = 4_000;

export interface BucketOptions {
  readonly name: string;
  readonly description: string;
  /** Most that the bucket may hold, headers included. Each key keeps its last value only. */
  readonly maxBytes: number;
  /** Copies in a cluster of brokers. */
  readonly replicas?: number;
}

/** A value with its revision in the bucket; `value` is an error where what is stored is no such value. */
export interface Entry<T> {
  readonly key: string;
  readonly value: Decoded<T>;
  readonly revision: number;
}

/** The bucket on one connection. */
export interface Session {
  readonly kv: KV;
  /** Aborted when the connection has ended. */
  readonly gone: AbortSignal;
}

interface OnConnection {
  open(): Promise<Session>;
  session: Promise<Session> | null;
}

/**
 * A key-value bucket of JetStream with a bound on what it holds, created where it is missing, also when it vanishes later.
 * Every call ends within seconds: rejections are `disconnected`, `bucket-unavailable`, `not-permitted` or `too-large`, and
 * after one of a write nobody knows whether it took place.
 */
export class Bucket {
  readonly name: string;
  #connection: OnConnection | null = null;
  readonly #options: Partial<KvOptions>;
  readonly #leave: () => void;
  readonly #waiting = new Set<() => void>();

  constructor(link: Link, { name, description, maxBytes, replicas = 1 }: BucketOptions) {
    this.name = name;
    this.#options = { description, history: 1, max_bytes: maxBytes, maxValueSize: limits.messageBytes, replicas };
    this.#leave = link.each((connection) => this.#begin(connection));
  }

  /** The values of some of the keys, all of one kind; `what` names them in errors. */
  shelf<S extends Schema>(schema: S, what: string): Shelf<Output<S>> {
    return new Shelf(this, codec(schema, what), what);
  }

  /** Stops using the link. */
  close(): void {
    this.#leave();
  }

  /** Resolves once there is a connection. */
  connected(signal: AbortSignal): Promise<void> {
    if (this.#connection || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const arrived = () => {
        this.#waiting.delete(arrived);
        signal.removeEventListener("abort", arrived);
        resolve();
      };
      this.#waiting.add(arrived);
      signal.addEventListener("abort", arrived, { once: true });
    });
  }

  /** Does something with the bucket; a second time if it turned out to be missing, after creating it. */
  async with<T>(act: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#once(act).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
        this.forget();
        return this.#once(act);
      });
    } catch (error) {
      throw translated(error, this.name);
    }
  }

  /** The bucket may have vanished: it is opened, or created, anew before anything else is done with it. */
  forget(): void {
    if (this.#connection) this.#connection.session = null;
  }

  async #once<T>(act: (session: Session) => Promise<T>): Promise<T> {
    const on = this.#connection;
    if (!on) throw new SluiceError("disconnected", `bucket ${this.name}: there is no connection to the broker`);
    on.session ??= on.open().catch((error: unknown) => {
      on.session = null;
      throw error;
    });
    return act(await on.session);
  }

  /** Roll-ups are turned off: whoever may write one key could empty the whole bucket by a header. */
  async #create(connection: NatsConnection): Promise<KV> {
    const context = jetstream(connection, { timeout: requestTimeoutMs });
    const kv = await new Kvm(context).create(this.name, { ...this.#options });
    const { config } = (await kv.status()).streamInfo;
    if (config.allow_rollup_hdrs) {
      const { streams } = await context.jetstreamManager();
      await streams.update(config.name, { allow_rollup_hdrs: false });
    }
    return kv;
  }

  #begin(connection: NatsConnection): () => void {
    const end = new AbortController();
    const open = async () => ({ kv: await this.#create(connection), gone: end.signal });
    this.#connection = { open, session: null };
    for (const arrived of this.#waiting) arrived();
    return () => {
      this.#connection = null;
      end.abort();
    };
  }
}

/** The values of one kind in a {@link Bucket}. */
export class Shelf<T> {
  readonly bucket: Bucket;
  readonly #decode: Codec<T>["decode"];
  readonly #what: string;

  constructor(bucket: Bucket, { decode }: Codec<T>, what: string) {
    this.bucket = bucket;
    this.#decode = decode;
    this.#what = what;
  }

  /** Null where there is nothing, or no more. */
  get(key: string): Promise<Entry<T> | null> {
    return this.bucket.with(async ({ kv }) => {
      const entry = await kv.get(key);
      return entry?.operation === "PUT" ? this.decode(entry) : null;
    });
  }

  /** All that there is under some keys, with `*` and `>`. */
  list(filter: string): Promise<Entry<T>[]> {
    return this.bucket.with(async ({ kv, gone }) => {
      const entries: Entry<T>[] = [];
      const history = await kv.history({ key: filter });
      const stop = () => history.stop();
      gone.addEventListener("abort", stop, { once: true });
      for await (const entry of history) if (entry.operation === "PUT") entries.push(this.decode(entry));
      gone.removeEventListener("abort", stop);
      if (gone.aborted) throw new SluiceError("disconnected", `bucket ${this.bucket.name}: lost while it was listed`);
      return entries;
    });
  }

  /** Writes whatever is there. Returns the new revision. */
  put(key: string, value: T): Promise<number> {
    const text = this.#encode(key, value);
    return this.bucket.with(({ kv }) => kv.put(key, text));
  }

  /** Writes if the key is at `revision`, or does not exist for 0. Returns the new revision, or null if it is not. */
  swap(key: string, value: T, revision: number): Promise<number | null> {
    invariant(Number.isSafeInteger(revision) && revision >= 0, "a revision is a count");
    const text = this.#encode(key, value);
    return this.bucket.with(async ({ kv }) => {
      try {
        return await (revision === 0 ? kv.create(key, text) : kv.update(key, text, revision, requestTimeoutMs));
      } catch (error) {
        if (isRefused(error)) return null;
        throw error;
      }
    });
  }

  delete(key: string): Promise<void> {
    return this.bucket.with(({ kv }) => kv.delete(key));
  }

  /** For the watch. */
  decode({ key, value, revision }: KvEntry): Entry<T> {
    return { key, revision, value: this.#decode(value) };
  }

  #encode(key: string, value: T): string {
    const text = JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    if (bytes <= limits.messageBytes) return text;
    throw new SluiceError("too-large", `${this.#what} ${key}: ${bytes} bytes, the limit is ${limits.messageBytes}`);
  }
}
