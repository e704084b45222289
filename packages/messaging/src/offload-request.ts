import {
  type ErrorCode,
  limits,
  nameSchema,
  type OffloadReply,
  offloadHeaders,
  SluiceError,
  versionOfWire,
} from "@sluice/contracts";
import { err, ok, type Result } from "@sluice/foundation";
import type { Part } from "@sluice/vision";
import type { Headers } from "./framing.ts";
import type { Incoming } from "./incoming.ts";

/** A picture to answer. Exactly one of `answer` and `refuse` is called, once; a second call throws InvariantError. */
export interface OffloadRequest {
  readonly device: string;
  readonly stream: string;
  readonly frame: number;
  /** Wall time after which nobody wants the answer, milliseconds since the Unix epoch. */
  readonly deadlineMs: number;
  readonly contentType: string;
  readonly traceparent: string | undefined;
  /** If the picture is a part of a larger one: of no more than `limits.picturePixels`, its corner inside. */
  readonly part: Part | undefined;
  /** The picture as it was sent. */
  readonly payload: Uint8Array;
  /** False if the connection is gone: the device counts the offload as lost. */
  answer(reply: OffloadReply): boolean;
  refuse(code: ErrorCode, message: string, retryAfterMs?: number): boolean;
}

export type RequestFields = Omit<OffloadRequest, "answer" | "refuse">;

const contentTypes = ["image/jpeg", "image/png", "image/webp"];
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Reads a request's subject, headers and size; the error names what is wrong with which header. Never throws. */
export function readRequest(message: Incoming): Result<RequestFields, SluiceError> {
  const { headers, payload, subject } = message;
  const [device = "", stream = ""] = subject.split(".").slice(-2);
  if (headers[offloadHeaders.version] !== String(versionOfWire)) return wrongVersion(headers);
  const frame = wholeNumber(headers[offloadHeaders.frame]);
  if (frame === undefined) return refuse("bad-request", offloadHeaders.frame, headers);
  const deadlineMs = wholeNumber(headers[offloadHeaders.deadline]);
  if (deadlineMs === undefined) return refuse("bad-request", offloadHeaders.deadline, headers);
  const contentType = headers[offloadHeaders.contentType] ?? "";
  if (!contentTypes.includes(contentType)) return refuse("bad-request", offloadHeaders.contentType, headers);
  const part = partIn(headers[offloadHeaders.part]);
  if (part === null) return refuse("bad-request", offloadHeaders.part, headers);
  if (![device, stream].every((name) => nameSchema.safeParse(name).success)) {
    return err(new SluiceError("bad-request", `subject ${subject.slice(0, 200)}: device or stream is no name`));
  }
  if (payload.length === 0) return err(new SluiceError("bad-request", "no picture: the payload is empty"));
  if (payload.length > limits.payloadBytes) {
    const text = `the picture has ${payload.length} bytes, the limit is ${limits.payloadBytes}`;
    return err(new SluiceError("too-large", text));
  }
  return ok({ device, stream, frame, deadlineMs, contentType, payload, part, traceparent: traceparentIn(headers) });
}

/** The frame's number if the request has a valid one, so that a refusal can name it. */
export const frameOf = (headers: Headers): number | null => wholeNumber(headers[offloadHeaders.frame]) ?? null;

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function wrongVersion(headers: Headers): Result<never, SluiceError> {
  const given = headers[offloadHeaders.version];
  const isNumber = wholeNumber(given) !== undefined;
  return refuse(isNumber ? "unsupported-version" : "bad-request", offloadHeaders.version, headers);
}

function refuse(code: ErrorCode, header: string, headers: Headers): Result<never, SluiceError> {
  const given = headers[header];
  const what = given === undefined ? "is missing" : `cannot be ${JSON.stringify(given.slice(0, 80))}`;
  return err(new SluiceError(code, `header ${header} ${what}; this side speaks version ${versionOfWire}`));
}

/** Null where there is one that cannot be. */
function partIn(text: string | undefined): Part | undefined | null {
  if (text === undefined) return undefined;
  const [left, top, width, height, ...more] = text.split(",").map(wholeNumber);
  if (left === undefined || top === undefined || width === undefined || height === undefined) return null;
  const fits = left < width && top < height && width * height <= limits.picturePixels;
  return fits && more.length === 0 ? { left, top, width, height } : null;
}

/** As W3C Trace Context has it, a malformed parent is ignored and a new trace begins. */
function traceparentIn(headers: Headers): string | undefined {
  const text = headers[offloadHeaders.traceparent];
  return text !== undefined && traceparentPattern.test(text) ? text : undefined;
}
