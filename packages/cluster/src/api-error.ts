import { type ErrorCode, SluiceError } from "@sluice/contracts";

/** What the API server says went wrong: `metav1.Status`. */
export interface ApiStatus {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

/** A server that asks to be left alone for longer is asked again all the same. */
const longestRetryAfterMs = 60_000;

/** An answer of the API server that is no success. */
export class ApiError extends SluiceError {
  /** HTTP status. */
  readonly status: number;
  /** How long the server asked to be left alone, 0 where it did not. */
  readonly retryAfterMs: number;

  constructor(where: string, httpStatus: number, answer: ApiStatus, retryAfterMs = 0) {
    super(codeOf(httpStatus, answer), `${where}: ${wordsOf(answer) || `HTTP ${httpStatus}`}`);
    this.status = httpStatus;
    const askedMs = Math.max(retryAfterMs, (answer.details?.retryAfterSeconds ?? 0) * 1_000);
    this.retryAfterMs = Math.min(longestRetryAfterMs, askedMs);
  }
}

export const isGone = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
export const isConflict = (error: unknown): boolean =>
  error instanceof SluiceError && error.code === "cluster-conflict";
export const alreadyExists = (error: unknown): boolean => error instanceof ApiError && error.status === 409;

const codes: Readonly<Record<number, ErrorCode>> = {
  400: "object-invalid",
  401: "cluster-denied",
  403: "cluster-denied",
  404: "object-missing",
  409: "cluster-conflict",
  410: "cluster-expired",
  413: "too-large",
  422: "object-invalid",
};

function codeOf(httpStatus: number, answer: ApiStatus): ErrorCode {
  if (answer.details?.causes?.some((cause) => cause.reason === "FieldManagerConflict")) return "field-conflict";
  return codes[httpStatus] ?? "cluster-busy";
}

/** The server's sentence; of a conflict between field managers one line for each field, which names its owner. */
function wordsOf(answer: ApiStatus): string {
  const conflicts = (answer.details?.causes ?? []).filter((cause) => cause.reason === "FieldManagerConflict");
  if (conflicts.length === 0) return answer.message ?? answer.reason ?? "";
  const lines = conflicts.map((cause) => `  ${cause.field}: ${cause.message}`);
  return [`${conflicts.length} field(s) belong to another manager`, ...lines].join("\n");
}
