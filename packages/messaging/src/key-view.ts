import { type SluiceError, subjects } from "@sluice/contracts";
import { type Clock, type Prng, pause } from "@sluice/foundation";
import { codec, type Decoded, type Output, type Schema } from "./codec.ts";
import type { Headers } from "./framing.ts";
import type { Incoming } from "./incoming.ts";
import type { Link } from "./link.ts";

/** Time for the broker to answer a read. */
const answerWithinMs = 5_000;
/** A read that was not answered is repeated after so long, growing to the longest. */
const retry = { firstMs: 1_000, maxMs: 120_000 };
/** The key is read again so often, should a change ever have passed by. */
const renewEveryMs = 900_000;

export interface KeyViewOptions<S extends Schema> {
  readonly link: Link;
  /** Owner of the inbox that answers come to. */
  readonly device: string;
  readonly bucket: string;
  readonly key: string;
  readonly schema: S;
  /** Names the value in errors. */
  readonly what: string;
  readonly clock: Clock;
  readonly prng: Prng;
  /** Puts a request on the link, as {@link Link.publish}, and pays for it. */
  readonly publish: (subject: string, payload: string, headers: Headers, replyTo: string) => boolean;
  /** Told the exact bytes of each message that came. */
  readonly onReceived: (wireBytes: number) => void;
  /** The key's value, and as it was written. The same value may come again. */
  readonly onValue: (value: Output<S>, json: string) => void;
  /** Somebody deleted the key. A key that does not exist, perhaps because the bucket was lost, is no such word. */
  readonly onDelete: () => void;
  readonly onProblem: (problem: SluiceError) => void;
}

/**
 * Follows one key of a bucket over a metered link. A write to a key is a message on its subject, so it listens there, and
 * asks for the last value after each connection: a few hundred bytes, where a consumer of the broker would cost its
 * heartbeats for ever. The subjects are those of NATS's ADR-8 (key-value) and ADR-31 (direct get). Writes that the bucket
 * refuses are messages too, so it must not be used on keys that are written by compare-and-swap.
 */
export class KeyView<S extends Schema> {
  #heard = 0;
  #asked: { heard: number; answered: () => void } | null = null;
  #connection = new AbortController();
  readonly #options: KeyViewOptions<S>;
  readonly #decode: (payload: Uint8Array) => Decoded<Output<S>>;
  readonly #inbox: string;
  readonly #subject: string;
  readonly #leave: readonly (() => void)[];

  constructor(options: KeyViewOptions<S>) {
    const { link, device, bucket, key, schema, what } = options;
    this.#options = options;
    this.#decode = codec(schema, what).decode;
    this.#subject = `$KV.${bucket}.${key}`;
    this.#inbox = `${subjects.inbox(device)}.view.${key}`;
    this.#leave = [
      link.subscribe(this.#subject, { maxPending: 16 }, (message) => this.#changed(message)),
      link.subscribe(this.#inbox, { maxPending: 16 }, (message) => this.#answered(message)),
      link.each(() => this.#begin()),
    ];
  }

  close(): void {
    for (const leave of this.#leave) leave();
    this.#connection.abort();
  }

  #begin(): () => void {
    this.#connection = new AbortController();
    void this.#read(this.#connection.signal);
    return () => this.#connection.abort();
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { clock, prng, bucket, publish } = this.#options;
    const ask = `$JS.API.DIRECT.GET.KV_${bucket}.${this.#subject}`;
    for (let waitMs = retry.firstMs; !signal.aborted; ) {
      const { promise, resolve } = Promise.withResolvers<void>();
      let answered = false;
      this.#asked = { heard: this.#heard, answered: () => resolve(void (answered = true)) };
      if (publish(ask, "", {}, this.#inbox)) await Promise.race([promise, pause(clock, answerWithinMs, signal)]);
      this.#asked = null;
      waitMs = answered ? retry.firstMs : Math.min(2 * waitMs, retry.maxMs);
      await pause(clock, (answered ? renewEveryMs : waitMs) * (0.75 + 0.5 * prng.next()), signal);
    }
  }

  #changed(message: Incoming): void {
    this.#heard++;
    this.#take(message);
  }

  /** An answer may be older than a change that came meanwhile. */
  #answered(message: Incoming): void {
    const { status } = message;
    if (!this.#asked || message.noResponders) return this.#options.onReceived(message.wireBytes);
    const overtaken = this.#heard !== this.#asked.heard;
    this.#asked.answered();
    if (overtaken || (status !== 0 && status !== 404)) return this.#options.onReceived(message.wireBytes);
    this.#take(message);
  }

  #take({ payload, headers, status, wireBytes }: Incoming): void {
    this.#options.onReceived(wireBytes);
    if (status === 404) return;
    if (headers["KV-Operation"] !== undefined) return this.#options.onDelete();
    const decoded = this.#decode(payload);
    if (decoded.ok) this.#options.onValue(decoded.value, Buffer.from(payload).toString());
    else this.#options.onProblem(decoded.error);
  }
}
