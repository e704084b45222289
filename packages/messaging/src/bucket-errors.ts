import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import {
  ClosedConnectionError,
  NoRespondersError,
  PermissionViolationError,
  RequestError,
  TimeoutError,
} from "@nats-io/transport-node";
import { SluiceError } from "@sluice/contracts";

/** A write was refused because the key is at another revision than expected. */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false;
  const { StreamWrongLastSequence, StreamWrongLastSequenceUnknown } = JetStreamApiCodes;
  return error.code === StreamWrongLastSequence || error.code === StreamWrongLastSequenceUnknown;
}

/** The bucket does not exist: the broker's word, or nobody there to take a write or a read of it. */
export function isMissing(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.code === JetStreamApiCodes.StreamNotFound;
  return causes(error).some((cause) => cause instanceof NoRespondersError);
}

export function translated(error: unknown, bucket: string): SluiceError {
  if (error instanceof SluiceError) return error;
  return new SluiceError(codeOf(error), `bucket ${bucket}: ${(error as Error).message}`, { cause: error });
}

function codeOf(error: unknown): "not-permitted" | "bucket-unavailable" | "disconnected" {
  const all = causes(error);
  if (all.some((cause) => cause instanceof PermissionViolationError)) return "not-permitted";
  if (isMissing(error) || error instanceof JetStreamApiError) return "bucket-unavailable";
  if (all.some((cause) => cause instanceof ClosedConnectionError || cause instanceof TimeoutError))
    return "disconnected";
  return error instanceof RequestError ? "disconnected" : "bucket-unavailable";
}

/** The library wraps what happened to a request. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}
