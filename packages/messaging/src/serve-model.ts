import { type ErrorCode, type OffloadReply, subjects, versionOfWire } from "@sluice/contracts";
import { invariant } from "@sluice/foundation";
import type { Incoming } from "./incoming.ts";
import type { Link } from "./link.ts";
import { frameOf, type OffloadRequest, type RequestFields, readRequest } from "./offload-request.ts";
import { encodeRefusal, encodeReply } from "./offload-wire.ts";

/** Requests that may wait for the handler, which should take each at once; the next is refused as overloaded. */
const maxPending = 256;
const messageLength = 500;

/** `received` = `refusedUnread` + `unanswerable` + those given to the handler. */
export interface ServeCounts {
  received: number;
  /** Refused before the handler saw them, by code. */
  refusedUnread: Partial<Record<ErrorCode, number>>;
  /** Dropped, since they named no subject to answer to. */
  unanswerable: number;
}

export interface Serving {
  readonly counts: Readonly<ServeCounts>;
  /** Takes those requests that the broker gave it already, and no more; resolves when the handler has them all. */
  drain(): Promise<void>;
  /** Takes no more requests, and forgets those that the handler does not have yet. What was taken can still be answered. */
  close(): void;
}

/**
 * Gives `handler` each valid offload for `model`, sharing the load with every other replica that does the same.
 * What is malformed, too large or of another version is refused with the reason and never reaches the handler.
 */
export function serveModel(link: Link, model: string, handler: (request: OffloadRequest) => void): Serving {
  const counts: ServeCounts = { received: 0, refusedUnread: {}, unanswerable: 0 };
  const refuseUnread = (message: Incoming, code: ErrorCode, text: string) => {
    counts.refusedUnread[code] = (counts.refusedUnread[code] ?? 0) + 1;
    sendRefusal(message, code, text);
  };
  const admit = (message: Incoming, take: () => void) => {
    counts.received++;
    if (message.reply === undefined) counts.unanswerable++;
    else take();
  };
  const receive = (message: Incoming) => {
    const fields = readRequest(message);
    if (fields.ok) handler(offer(message, fields.value));
    else refuseUnread(message, fields.error.code, fields.error.message);
  };
  const overflow = (message: Incoming) => refuseUnread(message, "overloaded", "requests arrive too fast");
  const options = {
    queue: subjects.inferQueue(model),
    maxPending,
    onOverflow: (message: Incoming) => admit(message, () => overflow(message)),
  };
  const close = link.subscribe(subjects.inferAll(model), options, (m) => admit(m, () => receive(m)));
  return { counts, close, drain: () => close.drain() };
}

function offer(message: Incoming, fields: RequestFields): OffloadRequest {
  let open = true;
  const once = () => {
    invariant(open, `frame ${fields.frame} of ${fields.device}/${fields.stream} was answered twice`);
    open = false;
  };
  return {
    ...fields,
    answer(reply: OffloadReply) {
      once();
      return message.respond(encodeReply(reply));
    },
    refuse(code, text, retryAfterMs) {
      once();
      return sendRefusal(message, code, text, retryAfterMs);
    },
  };
}

function sendRefusal(message: Incoming, code: ErrorCode, text: string, retryAfterMs?: number): boolean {
  const error = { code, message: text.slice(0, messageLength), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return message.respond(encodeRefusal({ version: versionOfWire, frame: frameOf(message.headers), error }));
}
