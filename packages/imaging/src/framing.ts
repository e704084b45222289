import { InvariantError, invariant } from "@sluice/foundation";

/** Bytes before each message from the capture process: magic, kind, size, numbers of the frame. */
export const HEADER_BYTES = 40;
/** Bytes of a report at most. */
export const REPORT_BYTES = 8 << 10;

const MAGIC = 0x51_4c_53_31;
const kinds = ["frame", "report"] as const;

/** What a message from the capture process begins with; a report has zeros where a frame has its numbers. */
export interface Header {
  readonly kind: (typeof kinds)[number];
  readonly bodyBytes: number;
  readonly width: number;
  readonly height: number;
  readonly index: number;
  readonly sourceIndex: number;
  readonly capturedAtMs: number;
}

/** What a capture process says besides frames. */
export type Report =
  /** The process is up and opens its source. */
  | { readonly kind: "started" }
  | { readonly kind: "opened"; readonly fps: number }
  /** Frames arrive, or the process waits on purpose (for its consumer, or for a frame's time). */
  | { readonly kind: "alive"; readonly captured: number }
  | { readonly kind: "ended"; readonly captured: number }
  | { readonly kind: "problem"; readonly captured: number; readonly code: string; readonly message: string };

export function encodeHeader(header: Header): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(kinds.indexOf(header.kind), 4);
  bytes.writeUInt32LE(header.width, 8);
  bytes.writeUInt32LE(header.height, 12);
  bytes.writeDoubleLE(header.index, 16);
  bytes.writeDoubleLE(header.capturedAtMs, 24);
  bytes.writeUInt32LE(header.sourceIndex, 32);
  bytes.writeUInt32LE(header.bodyBytes, 36);
  return bytes;
}

/** Throws where the bytes are not a header or the sizes in it contradict each other. */
export function decodeHeader(bytes: Buffer, maxPixels: number): Header {
  const kind = kinds[bytes.readUInt32LE(4)];
  const header = {
    kind: kind ?? "report",
    width: bytes.readUInt32LE(8),
    height: bytes.readUInt32LE(12),
    index: bytes.readDoubleLE(16),
    capturedAtMs: bytes.readDoubleLE(24),
    sourceIndex: bytes.readUInt32LE(32),
    bodyBytes: bytes.readUInt32LE(36),
  };
  const pixels = header.width * header.height;
  const sizeFits =
    kind === "frame" ? pixels > 0 && pixels <= maxPixels && header.bodyBytes === pixels * 3 : header.bodyBytes > 0;
  const bounded = kind === "frame" || header.bodyBytes <= REPORT_BYTES;
  const numbered = Number.isSafeInteger(header.index) && header.index >= 0 && Number.isFinite(header.capturedAtMs);
  if (bytes.readUInt32LE(0) !== MAGIC || !kind || !sizeFits || !bounded || !numbered) {
    throw new InvariantError("the capture process sent bytes that are no message");
  }
  return header;
}

export function encodeReport(report: Report): Buffer {
  const body = Buffer.from(JSON.stringify(report));
  invariant(body.length <= REPORT_BYTES, "a report fits its bound");
  const numbers = { width: 0, height: 0, index: 0, sourceIndex: 0, capturedAtMs: 0 };
  return Buffer.concat([encodeHeader({ kind: "report", bodyBytes: body.length, ...numbers }), body]);
}

export interface Receiver {
  /** Memory for a frame's pixels, exactly `header.bodyBytes` long: the socket reads straight into it. */
  frameTarget(header: Header): Uint8Array;
  /** All pixels of the frame are in the memory that `frameTarget` gave. */
  onFrame(header: Header): void;
  onReport(report: Report): void;
}

/**
 * Cuts the byte stream into messages without copying pixels: `target()` is where the next bytes belong, `advance(n)`
 * says that n of them are there.
 */
export class MessageReader {
  readonly #receiver: Receiver;
  readonly #maxPixels: number;
  readonly #headerBytes = Buffer.alloc(HEADER_BYTES);
  #header: Header | undefined;
  #body: Uint8Array = this.#headerBytes;
  #filled = 0;

  constructor(receiver: Receiver, maxPixels: number) {
    this.#receiver = receiver;
    this.#maxPixels = maxPixels;
  }

  target(): Uint8Array {
    return this.#body.subarray(this.#filled);
  }

  advance(byteCount: number): void {
    this.#filled += byteCount;
    invariant(this.#filled <= this.#body.length, "no more bytes than asked for");
    if (this.#filled < this.#body.length) return;
    if (this.#header) this.#finish(this.#header);
    else this.#begin(decodeHeader(this.#headerBytes, this.#maxPixels));
    this.#filled = 0;
  }

  #begin(header: Header): void {
    this.#header = header;
    this.#body = header.kind === "frame" ? this.#receiver.frameTarget(header) : Buffer.alloc(header.bodyBytes);
    invariant(this.#body.length === header.bodyBytes, "the target has the frame's size");
  }

  #finish(header: Header): void {
    const body = this.#body;
    this.#header = undefined;
    this.#body = this.#headerBytes;
    if (header.kind === "frame") this.#receiver.onFrame(header);
    else this.#receiver.onReport(JSON.parse(Buffer.from(body).toString()) as Report);
  }
}
