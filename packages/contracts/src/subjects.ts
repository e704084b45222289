/**
 * NATS subjects. Each has a fixed number of tokens, and whatever a device sends carries its name at a fixed place, so
 * that credentials can confine the device to its own.
 */
const root = "sluice.v1";

export const subjects = {
  /** Request/reply: a picture in, an answer out. */
  infer: (model: string, device: string, stream: string) => `${root}.infer.${model}.${device}.${stream}`,
  /** What the replicas that serve `model` listen on, in one queue group. */
  inferAll: (model: string) => `${root}.infer.${model}.*.*`,
  inferQueue: (model: string) => `infer-${model}`,
  /** Each frame's answer, and later its correction. */
  result: (device: string, stream: string) => `${root}.result.${device}.${stream}`,
  resultAll: () => `${root}.result.*.*`,
  /** What was decided for each frame, and why. */
  decision: (device: string, stream: string) => `${root}.decision.${device}.${stream}`,
  decisionAll: () => `${root}.decision.*.*`,
  heartbeat: (device: string) => `${root}.heartbeat.${device}`,
  heartbeatAll: () => `${root}.heartbeat.*`,
  /** A replica that serves `model` advertises its queue. */
  backend: (model: string, replica: string) => `${root}.backend.${model}.${replica}`,
  backendAll: (model = "*") => `${root}.backend.${model}.*`,
  /** What a device holds of a policy's budget, and bids for more: heard by whoever hands out the policy's leases. */
  leaseReport: (policy: string, device: string) => `${root}.lease-report.${policy}.${device}`,
  leaseReportAll: (policy = "*") => `${root}.lease-report.${policy}.*`,
  /** Prefix of a device's reply inboxes. */
  inbox: (device: string) => `_INBOX.${device}`,
} as const;

/** The bucket of budget leases in the NATS account of a tenant, and its keys. */
export const leaseBucket = {
  name: "sluice-leases",
  /** Who hands out the policy's leases: operators alone read it and write it, every few seconds. */
  mandate: (policy: string) => `mandate.${policy}`,
  /** The term that is open, for devices: written when one opens, and again when a device does not seem to know. */
  term: (policy: string) => `term.${policy}`,
  /** What a device may send: written by operators, read by the device. */
  lease: (policy: string, device: string) => `lease.${policy}.${device}`,
  leases: (policy: string) => `lease.${policy}.*`,
} as const;
