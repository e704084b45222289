/** A part of a `multipart/x-mixed-replace` answer: one picture, and its `X-Frame` where the sender gives it. */
export interface Part {
  readonly frame: number | null;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A part's header block and a picture: a sender that exceeds them is not sending pictures. */
const bounds = { headerBytes: 8_192, bodyBytes: 4 << 20 } as const;

export function boundaryOf(contentType: string | null): string | null {
  const match = /^multipart\/x-mixed-replace\s*;.*?boundary="?([^";]+)"?/i.exec(contentType ?? "");
  return match?.[1]?.replace(/^--/, "") ?? null;
}

/** Cuts a multipart byte stream into parts. `push` takes the next bytes and returns what is complete. */
export class MultipartReader {
  readonly #boundary: Uint8Array;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(boundary: string) {
    this.#boundary = new TextEncoder().encode(`--${boundary}`);
  }

  push(chunk: Uint8Array): Part[] {
    const joined = new Uint8Array(this.#buffer.length + chunk.length);
    joined.set(this.#buffer);
    joined.set(chunk, this.#buffer.length);
    this.#buffer = joined;
    const parts: Part[] = [];
    for (let part = this.#take(); part; part = this.#take()) parts.push(part);
    if (this.#buffer.length > bounds.headerBytes + bounds.bodyBytes) throw new Error("a part is too large");
    return parts;
  }

  #take(): Part | null {
    const start = indexOf(this.#buffer, this.#boundary, 0);
    const headersAt = start + this.#boundary.length;
    const end = start < 0 ? -1 : indexOf(this.#buffer, blankLine, headersAt);
    if (end < 0 && this.#buffer.length > bounds.headerBytes) throw new Error("a part without an end to its headers");
    if (end < 0) return null;
    const headers = new TextDecoder("latin1").decode(this.#buffer.subarray(headersAt, end));
    const bodyAt = end + blankLine.length;
    const bodyEnd = this.#bodyEnd(headers, bodyAt);
    if (bodyEnd < 0 || bodyEnd > this.#buffer.length) return null;
    const body = this.#buffer.slice(bodyAt, bodyEnd);
    this.#buffer = this.#buffer.slice(bodyEnd);
    const frame = /^x-frame:\s*(\d{1,15})\s*$/im.exec(headers)?.[1];
    return { frame: frame === undefined ? null : Number(frame), body };
  }

  /** Where the body ends: by its length, or, for senders that do not give one, at the next boundary. */
  #bodyEnd(headers: string, bodyAt: number): number {
    const length = /^content-length:\s*(\d{1,9})\s*$/im.exec(headers)?.[1];
    if (length === undefined) {
      const next = indexOf(this.#buffer, this.#boundary, bodyAt);
      return next < 0 ? -1 : next - lineBreak;
    }
    if (Number(length) > bounds.bodyBytes) throw new Error("a part is too large");
    return bodyAt + Number(length);
  }
}

const blankLine = new Uint8Array([13, 10, 13, 10]);
const lineBreak = 2;

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(wanted[0]!, from); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
