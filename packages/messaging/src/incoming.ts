import type { Msg, MsgHdrs } from "@nats-io/transport-node";
import { deliveredBytes, type Headers, headerBytes } from "./framing.ts";

/** A message as it arrived. */
export interface Incoming {
  readonly subject: string;
  /** The first value of each; empty where the sender's were malformed. */
  readonly headers: Headers;
  readonly payload: Uint8Array;
  /** Where an answer is expected. */
  readonly reply: string | undefined;
  /** The broker's own word on a request, such as 404; 0 with messages of others. */
  readonly status: number;
  /** The broker's word that nobody serves the subject of a request. */
  readonly noResponders: boolean;
  /** Exact bytes on the socket. */
  readonly wireBytes: number;
  /** Publishes to `reply`: false if there is none, or as {@link Link.publish}. */
  respond(payload: Uint8Array | string, headers?: Headers): boolean;
}

type Publish = (subject: string, payload: Uint8Array | string, headers?: Headers) => boolean;

export function toIncoming(message: Msg, publish: Publish): Incoming {
  const { subject, data: payload } = message;
  const reply = message.reply || undefined;
  const { headers, head, status } = readHeaders(message);
  return {
    subject,
    headers,
    payload,
    reply,
    status,
    noResponders: status === 503,
    wireBytes: deliveredBytes(subject, reply, message.sid, head, payload.length),
    respond: (answer, answerHeaders) => reply !== undefined && publish(reply, answer, answerHeaders),
  };
}

/** Headers are parsed when first touched, and hostile ones make the library throw. */
function readHeaders(message: Msg): { headers: Headers; head: number; status: number } {
  let parsed: MsgHdrs | undefined;
  try {
    parsed = message.headers;
  } catch {
    // Whoever needs a header finds it missing and says so to the sender.
    return { headers: {}, head: 0, status: 0 };
  }
  if (!parsed) return { headers: {}, head: 0, status: 0 };
  const headers = Object.fromEntries([...parsed].map(([name, values]) => [name, values[0] ?? ""]));
  const status = parsed.code;
  return { headers, head: headerBytes(headers, status > 0 ? parsed.status : ""), status };
}
