import {
  type OffloadError,
  type OffloadReply,
  offloadErrorSchema,
  offloadHeaders,
  offloadReplySchema,
  versionOfWire,
} from "@sluice/contracts";
import type { Part } from "@sluice/vision";
import { check, codec, type Decoded, readJson } from "./codec.ts";
import type { Headers } from "./framing.ts";

/** What an offload asks: one picture of one stream. */
export interface OffloadSend {
  stream: string;
  frame: number;
  jpeg: Uint8Array;
  /** If the picture is a part of a larger one. */
  part?: Part | undefined;
  /** Wall time after which nobody wants the answer, milliseconds since the Unix epoch. */
  deadlineMs: number;
  traceparent?: string | undefined;
}

/** An offload to be priced: the picture's size is enough. */
export type OffloadPriced = Omit<OffloadSend, "jpeg"> & { jpeg: { readonly byteLength: number } };

export function requestHeaders({ frame, deadlineMs, part, traceparent }: OffloadPriced): Headers {
  return {
    [offloadHeaders.version]: String(versionOfWire),
    [offloadHeaders.frame]: String(frame),
    [offloadHeaders.deadline]: String(Math.round(deadlineMs)),
    [offloadHeaders.contentType]: "image/jpeg",
    ...(part && { [offloadHeaders.part]: [part.left, part.top, part.width, part.height].join(",") }),
    ...(traceparent && { [offloadHeaders.traceparent]: traceparent }),
  };
}

export type Answer = { reply: OffloadReply } | { refusal: OffloadError };

export const encodeReply: (reply: OffloadReply) => string = codec(offloadReplySchema, "offload reply").encode;
export const encodeRefusal: (refusal: OffloadError) => string = codec(offloadErrorSchema, "offload refusal").encode;

/** Reads what came back for an offload: a reply, or an error if it has the field `error`. */
export function decodeAnswer(payload: Uint8Array): Decoded<Answer> {
  const parsed = readJson(payload, "offload reply");
  if (!parsed.ok) return parsed;
  if ("error" in parsed.value) {
    const refusal = check(parsed.value, offloadErrorSchema, "offload refusal");
    return refusal.ok ? { ok: true, value: { refusal: refusal.value } } : refusal;
  }
  const reply = check(parsed.value, offloadReplySchema, "offload reply");
  return reply.ok ? { ok: true, value: { reply: reply.value } } : reply;
}
