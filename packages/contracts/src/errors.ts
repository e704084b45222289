/**
 * What follows from an error: `stalled` will not get better until somebody changes its cause, `waiting` gets better by
 * itself, `refused` concerns this one item only.
 */
export type Consequence = "stalled" | "waiting" | "refused";

/** Every error that a user can meet: its consequence and what to do about it. */
export const catalogue = {
  "config-invalid": { consequence: "stalled", cure: "Correct the listed fields and start again." },
  "manifest-invalid": { consequence: "stalled", cure: "Correct the listed fields of the model manifest." },
  "model-unreadable": { consequence: "waiting", cure: "Check that the manifest's uri exists and can be read." },
  "trace-invalid": {
    consequence: "stalled",
    cure: "Correct or remove the named line, or record the trace again; docs/reference/trace.md says what belongs there.",
  },
  "replay-invalid": {
    consequence: "stalled",
    cure: "Run `sluice replay` again: the folder does not hold its results.",
  },
  "model-digest-mismatch": {
    consequence: "stalled",
    cure: "The file is not the one the manifest was written for: fetch it again, or put its new sha256 in the manifest.",
  },
  "model-unloadable": { consequence: "stalled", cure: "onnxruntime rejects the graph: check its opset and operators." },
  "model-shape-mismatch": { consequence: "stalled", cure: "Make family, input and classes fit the graph." },
  "model-output-invalid": {
    consequence: "refused",
    cure: "The model produced NaN or infinity: check its weights and its preprocessing.",
  },
  "source-unreadable": {
    consequence: "waiting",
    cure: "Check the stream's source: address, path, permissions, codec.",
  },
  "source-stalled": { consequence: "waiting", cure: "The source went silent; it is being reopened." },
  "bad-image": { consequence: "refused", cure: "Send a complete JPEG or PNG within the pixel limit." },
  "too-large": { consequence: "refused", cure: "Stay within the size limits of the protocol." },
  "bad-request": { consequence: "refused", cure: "Fix the named header or field." },
  "unsupported-version": { consequence: "refused", cure: "Upgrade the older side: the major versions differ." },
  "unknown-model": { consequence: "refused", cure: "Deploy the model, or name one that the service lists." },
  overloaded: { consequence: "refused", cure: "Send less, or add replicas: the queue is full." },
  expired: { consequence: "refused", cure: "The deadline had passed: allow more time or shorten the queue." },
  draining: { consequence: "refused", cure: "This replica is shutting down: another one will answer." },
  internal: { consequence: "refused", cure: "See the service's log under the same trace." },
  disconnected: { consequence: "waiting", cure: "The broker cannot be reached; the connection is being retried." },
  "bucket-unavailable": {
    consequence: "waiting",
    cure: "The broker's JetStream must be on and have room for the named bucket: see the broker's log. It is tried again.",
  },
  "not-permitted": {
    consequence: "stalled",
    cure: "Give these credentials the named permission, or use the right ones: see the broker's configuration.",
  },
  "state-taken": {
    consequence: "stalled",
    cure: "Stop the other daemon, or give this one a `state` folder of its own.",
  },
  "state-unwritable": {
    consequence: "waiting",
    cure: "The device works on from memory and tries again: check the folder's free space, permissions and mount.",
  },
  "state-unreadable": {
    consequence: "refused",
    cure: "It was set aside, nothing of it is used, and the device learns anew: delete it, or keep it for a report.",
  },
  "cluster-unreachable": {
    consequence: "waiting",
    cure: "The Kubernetes API server does not answer; it is tried again. Check its address and the network.",
  },
  "cluster-denied": {
    consequence: "waiting",
    cure: "Give this identity the named permission: the chart's roles list all that Sluice needs. It is tried again.",
  },
  "cluster-busy": {
    consequence: "waiting",
    cure: "The Kubernetes API server is overloaded or failing; it is tried again.",
  },
  "cluster-expired": { consequence: "waiting", cure: "The version asked for is gone: everything is listed anew." },
  "cluster-conflict": { consequence: "waiting", cure: "Somebody changed the object meanwhile: it is read anew." },
  "object-missing": { consequence: "waiting", cure: "Create the named object, or install Sluice's CRDs." },
  "object-invalid": { consequence: "stalled", cure: "Correct the listed fields of the object." },
  "field-conflict": {
    consequence: "stalled",
    cure: "Another field manager owns the listed fields: take them out of what it applies.",
  },
  "rollout-refused": {
    consequence: "refused",
    cure: "`sluice policy status NAME` says where the rollout stands, `sluice policy history NAME` what there was.",
  },
  "device-unreachable": {
    consequence: "refused",
    cure: "Give the page's address with `--url`, and see that it can be reached from here; `sluice devices -o wide` lists them.",
  },
  "frame-forgotten": {
    consequence: "refused",
    cure: "A device remembers its last frames only: ask soon, or replay a trace. Its page lists its streams.",
  },
  "not-leader": { consequence: "refused", cure: "Another replica leads now: this one stops." },
  "endpoint-unreachable": {
    consequence: "waiting",
    cure: "Check the endpoint's address and that it serves the model.",
  },
  "leases-out": {
    consequence: "waiting",
    cure: "Leases end within two minutes; nothing has to be done.",
  },
  "port-taken": { consequence: "stalled", cure: "Another program listens there: choose another port, or 0." },
  "tool-missing": { consequence: "stalled", cure: "Run `sluice doctor` for what is missing and how to install it." },
} as const satisfies Record<string, { consequence: Consequence; cure: string }>;

export type ErrorCode = keyof typeof catalogue;

/** An error with a place in the catalogue: `message` says what and where, `cure` what to do. */
export class SluiceError extends Error {
  override readonly name = "SluiceError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get consequence(): Consequence {
    return catalogue[this.code].consequence;
  }

  get cure(): string {
    return catalogue[this.code].cure;
  }

  /** What is wrong and what to do, in sentences. */
  get advice(): string {
    return `${this.message}${/[.!?]$/.test(this.message) ? "" : "."} ${this.cure}`;
  }
}

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(catalogue, text);

/** The same error if it already has a place in the catalogue, else one with `code` that keeps it as its cause. */
export function asSluiceError(error: unknown, code: ErrorCode = "internal"): SluiceError {
  if (error instanceof SluiceError) return error;
  return new SluiceError(code, error instanceof Error ? error.message : String(error), { cause: error });
}
