import type { ErrorCode } from "@sluice/contracts";

/** A document as it lies in the database: its value as JSON, and a checksum over name, version and JSON. */
export interface Row {
  readonly name: string;
  readonly version: number;
  readonly sum: string;
  readonly body: string;
}

export type ToWorker =
  | { readonly kind: "write"; readonly rows: readonly Row[]; readonly aside: readonly string[] }
  | { readonly kind: "close" };

export type FromWorker =
  /** The database is open; `aside` is where one that could not be read was moved to. */
  | { readonly kind: "opened"; readonly rows: readonly Row[]; readonly aside: string | undefined }
  | { readonly kind: "written" }
  /** `rows`: what could be read although nothing can be written. */
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly rows: readonly Row[] };

/** Why nothing could be read or written; small, so that the thread need not load the whole catalogue. */
export class StateFailure extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
