import type { ErrorCode, Family } from "@sluice/contracts";
import type { Detection, Picture } from "@sluice/vision";
import type { Preprocess } from "./preprocess.ts";

/** What a worker needs to open a model; crosses the thread boundary, so plain data. */
export interface Blueprint {
  readonly name: string;
  readonly family: Family;
  /** The graph, in shared memory. */
  readonly graph: Uint8Array;
  /** Input size in pixels. */
  readonly width: number;
  readonly height: number;
  readonly classes: number;
  readonly preprocess: Preprocess;
  readonly floor: number;
  readonly nmsIou: number;
  /** Detections kept in a picture. */
  readonly keep: number;
  /** Pictures in a run where the graph leaves it open. */
  readonly maxBatch: number;
  readonly threads: number;
}

export interface TensorInfo {
  readonly name: string;
  readonly type: string;
  /** A number, or the name of a dimension that the graph leaves open. */
  readonly shape: readonly (number | string)[];
}

export interface GraphInfo {
  readonly inputs: TensorInfo[];
  readonly outputs: TensorInfo[];
  /** Pictures in one run; 1 where the graph's batch is fixed to 1. */
  readonly maxBatch: number;
}

export interface Timing {
  readonly preprocessMs: number;
  readonly runMs: number;
  readonly postprocessMs: number;
}

export interface NamedTensor {
  readonly name: string;
  readonly shape: number[];
  readonly data: Float32Array;
}

export type Request =
  | { readonly kind: "detect"; readonly pictures: readonly Picture[] }
  | { readonly kind: "infer"; readonly data: Float32Array; readonly shape: readonly number[] };

export type Answer =
  | ({ readonly kind: "detected"; readonly outputs: Detection[][] } & Timing)
  | { readonly kind: "inferred"; readonly tensors: NamedTensor[] };

export interface Failure {
  readonly kind: "failed";
  readonly code: ErrorCode;
  readonly message: string;
}

export type ToWorker = Request | { readonly kind: "close" };
export type FromWorker = { readonly kind: "ready"; readonly graph: GraphInfo } | Answer | Failure;

/** A failure on its way out of the worker; on the other side it becomes a SluiceError. */
export class WorkerFailure extends Error {
  override readonly name = "WorkerFailure";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
