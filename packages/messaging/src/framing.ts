/** NATS text headers: one value a name. */
export type Headers = Readonly<Record<string, string>>;

const firstLine = "NATS/1.0";
const lineEnd = 2;

const utf8 = (text: string) => Buffer.byteLength(text, "utf8");
const digits = (value: number) => String(value).length;

/** Bytes of a header block: the first line with its status, if any, a line a header, the empty line; 0 for no block. */
export function headerBytes(headers: Headers, status = ""): number {
  const entries = Object.entries(headers);
  if (entries.length === 0 && status === "") return 0;
  const first = firstLine.length + (status ? 1 + utf8(status) : 0) + lineEnd;
  const lines = entries.map(([name, value]) => utf8(name) + 2 + utf8(value.trim()) + lineEnd);
  return first + lines.reduce((sum, bytes) => sum + bytes, 0) + lineEnd;
}

/**
 * Exact bytes on the socket of one published message: the `PUB` or `HPUB` line, headers and payload, as the client
 * protocol frames them (https://docs.nats.io/reference/reference-protocols/nats-protocol).
 */
export function publishedBytes(
  subject: string,
  replyTo: string | undefined,
  headers: Headers,
  payloadBytes: number,
): number {
  const head = headerBytes(headers);
  const verb = head > 0 ? "HPUB" : "PUB";
  return verb.length + addressBytes(subject, replyTo) + blockBytes(head, payloadBytes);
}

/** Exact bytes on the socket of one message as delivered to subscription `sid`; `head` are its headers' bytes. */
export function deliveredBytes(
  subject: string,
  replyTo: string | undefined,
  sid: number,
  head: number,
  payloadBytes: number,
): number {
  const verb = head > 0 ? "HMSG" : "MSG";
  return verb.length + addressBytes(subject, replyTo) + 1 + digits(sid) + blockBytes(head, payloadBytes);
}

const addressBytes = (subject: string, replyTo: string | undefined) =>
  1 + utf8(subject) + (replyTo ? 1 + utf8(replyTo) : 0);

/** The sizes that end the first line, and what they announce. */
function blockBytes(head: number, payloadBytes: number): number {
  const total = head + payloadBytes;
  const sizes = (head > 0 ? 1 + digits(head) : 0) + 1 + digits(total);
  return sizes + lineEnd + total + lineEnd;
}
