import { randomInt } from "node:crypto";
import { limits, type OffloadError, type OffloadReply, type Outcome, subjects } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { publishedBytes } from "./framing.ts";
import type { Incoming } from "./incoming.ts";
import type { Link } from "./link.ts";
import { decodeAnswer, type OffloadPriced, type OffloadSend, requestHeaders } from "./offload-wire.ts";

/** How an offload ended. */
export interface OffloadEnd {
  readonly stream: string;
  readonly frame: number;
  readonly outcome: Outcome;
  /** With `answered` and `late`. */
  readonly reply?: OffloadReply;
  /** With `refused` and `invalid`. */
  readonly error?: OffloadError["error"];
  /** Bytes of the reply on the wire, 0 if none came. */
  readonly bytesDown: number;
}

export interface OffloadClientOptions {
  link: Link;
  /** Name of the cloud model. */
  model: string;
  device: string;
  clock: Clock;
}

interface Pending {
  readonly stream: string;
  readonly frame: number;
  readonly dueMs: number;
  /** The connection that it was sent on; a reply to it cannot come once that is gone. */
  readonly connection: number;
  overdue: boolean;
  cancel: () => void;
}

const idLength = 4;
const ids = 36 ** idLength;
const base36 = (value: number) => value.toString(36).padStart(idLength, "0");

/**
 * The edge's side of offloading. Each offload that was sent ends exactly once, as one of the contract's outcomes:
 *
 * - `answered` or `refused` when the word comes, `invalid` when what comes cannot be understood;
 * - `lost` at the deadline if the connection that it was sent on is gone by then;
 * - `late` with a reply after the deadline, `expired` when none came `limits.lateGraceMs` after it.
 *
 * Replies that nobody waits for (duplicates, unknown ones, those for another frame) are counted in `stray`.
 */
export class OffloadClient {
  #stray = 0;
  #next = randomInt(ids);
  readonly #pending = new Map<string, Pending>();
  readonly #listeners = new Set<(end: OffloadEnd) => void>();
  readonly #inbox: string;
  readonly #unsubscribe: () => void;
  readonly #options: OffloadClientOptions;
  /** Name of the cloud model that is asked from now on. */
  model: string;

  constructor(options: OffloadClientOptions) {
    this.#options = options;
    this.model = options.model;
    // The random part keeps a reply to an earlier run of this device from being taken for one to this run.
    this.#inbox = `${subjects.inbox(options.device)}.${base36(randomInt(ids))}`;
    this.#unsubscribe = options.link.subscribe(`${this.#inbox}.*`, {}, (message) => this.#receive(message));
  }

  /** Replies that nobody waited for. */
  get stray(): number {
    return this.#stray;
  }

  /** Offloads, of one stream or of all, that wait for a reply within their deadline. */
  inFlight(stream?: string): number {
    const waiting = [...this.#pending.values()].filter((p) => !p.overdue);
    return waiting.filter((p) => stream === undefined || p.stream === stream).length;
  }

  /** Exact bytes that {@link send} would put on the wire. */
  price(request: OffloadPriced): number {
    const { device } = this.#options;
    const subject = subjects.infer(this.model, device, request.stream);
    return publishedBytes(subject, `${this.#inbox}.${base36(0)}`, requestHeaders(request), request.jpeg.byteLength);
  }

  /**
   * Sends a picture and returns without waiting. False, with nothing sent and no end to come: no connection, the
   * deadline is past, or `limits.offloadsPending` wait already.
   */
  send(request: OffloadSend): boolean {
    const { link, device, clock } = this.#options;
    const leftMs = request.deadlineMs - clock.wallMs();
    if (leftMs <= 0 || this.#pending.size >= limits.offloadsPending) return false;
    const id = base36(this.#next);
    const subject = subjects.infer(this.model, device, request.stream);
    if (!link.publish(subject, request.jpeg, requestHeaders(request), `${this.#inbox}.${id}`)) return false;
    this.#next = (this.#next + 1) % ids;
    this.#pending.set(id, {
      stream: request.stream,
      frame: request.frame,
      dueMs: clock.monotonicMs() + leftMs,
      connection: link.connections,
      overdue: false,
      cancel: clock.after(leftMs, () => this.#overdue(id)),
    });
    return true;
  }

  /** Calls `listener` with each end; the returned function stops that. */
  onEnd(listener: (end: OffloadEnd) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends what still waits as `lost`. */
  close(): void {
    this.#unsubscribe();
    for (const id of this.#pending.keys()) this.#end(id, "lost");
  }

  #overdue(id: string): void {
    const { link, clock } = this.#options;
    const pending = this.#pending.get(id);
    if (!pending) return;
    if (!link.connected || link.connections !== pending.connection) return this.#end(id, "lost");
    pending.overdue = true;
    pending.cancel = clock.after(limits.lateGraceMs, () => this.#end(id, "expired"));
  }

  #receive(message: Incoming): void {
    const id = message.subject.slice(this.#inbox.length + 1);
    const pending = this.#pending.get(id);
    if (!pending) {
      this.#stray++;
      return;
    }
    const bytesDown = message.wireBytes;
    if (message.noResponders) {
      const text = `no replica serves ${this.model}`;
      return this.#end(id, "refused", { error: { code: "unknown-model", message: text }, bytesDown });
    }
    this.#settle(id, pending, message.payload, bytesDown);
  }

  #settle(id: string, pending: Pending, payload: Uint8Array, bytesDown: number): void {
    const answer = decodeAnswer(payload);
    if (!answer.ok) {
      const { code, message } = answer.error;
      return this.#end(id, "invalid", { error: { code, message }, bytesDown });
    }
    const { value } = answer;
    const frame = "reply" in value ? value.reply.frame : (value.refusal.frame ?? pending.frame);
    if (frame !== pending.frame) {
      this.#stray++;
      return;
    }
    if ("refusal" in value) return this.#end(id, "refused", { error: value.refusal.error, bytesDown });
    const inTime = this.#options.clock.monotonicMs() <= pending.dueMs;
    this.#end(id, inTime ? "answered" : "late", { reply: value.reply, bytesDown });
  }

  #end(id: string, outcome: Outcome, rest: Partial<OffloadEnd> = {}): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    pending.cancel();
    const { stream, frame } = pending;
    for (const listener of this.#listeners) listener({ bytesDown: 0, ...rest, stream, frame, outcome });
  }
}
