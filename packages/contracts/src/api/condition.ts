import * as z from "zod";

/** `metav1.Condition`. What is not known is `Unknown`: never `False`, never left out. */
export const conditionSchema = z.object({
  type: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Z][A-Za-z]*$/, "write it in CamelCase")
    .describe("What is said to hold."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether it does."),
  observedGeneration: z.int().min(0).optional().describe("Generation of the spec that was looked at."),
  lastTransitionTime: z.iso.datetime({ offset: true }).describe("When `status` last changed."),
  reason: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[A-Z][A-Za-z]*$/, "write it in CamelCase")
    .describe("Why, as one word; the reference explains each."),
  message: z.string().max(4_096).describe("Why and what happens next, for a person."),
});
export type Condition = z.output<typeof conditionSchema>;

/** The conditions that objects have, and which kinds have them. `Ready`, `Reconciling` and `Stalled` are kstatus's. */
export const conditionTypes = {
  Ready: "The object is as its spec says, and works. `kubectl wait --for=condition=Ready` waits for it.",
  Reconciling: "Something is under way, or is waited for.",
  Stalled: "Nothing will get better until somebody changes the spec, or what it names.",
  BudgetHeld: "OffloadPolicy: the devices' leases fit into the budget, and so do their floors.",
  Selected: "EdgeDevice: a policy grants it bytes. OffloadPolicy: no device that it selects is another policy's.",
  BackendReady: "OffloadPolicy: the InferenceBackend that it names answers.",
  ZonesFound: "OffloadPolicy: each zone of its focus is a zone of one of its devices. Absent without zones.",
  Masked: "EdgeDevice: it paints the masks of its streams. Absent without masks.",
  Plausible: "EdgeDevice: what it says it sent can be true. Absent unless it cannot.",
  Reporting: "EdgeDevice: the device has been heard of late. InferenceBackend: replicas advertise their queues.",
} as const;
export type ConditionType = keyof typeof conditionTypes;

/** Every reason that a condition can have: what it means and what follows or helps. */
export const conditionReasons = {
  Succeeded: "All is as the spec says.",
  Progressing: "A change is on its way to the devices or replicas.",
  NeverSeen: "Nothing was ever heard of it: start the daemon or the service, and check its name and its credentials.",
  Silent: "It was heard before, but not of late. A device works alone on its floor, and converges when it returns.",
  NoDevices: "The selector matches no EdgeDevice: compare it with `kubectl get ed --show-labels`.",
  DevicesOffline: "Devices that are offline are left out; they converge when they return.",
  Overridden: "Another policy with a higher priority, or an older one, also selects the device and wins.",
  NotSelected: "No policy selects the device: it works alone and sends nothing.",
  ModelNotFound: "The InferenceModel that is named does not exist in this namespace.",
  ModelUnsuitable: "Devices have the right file and cannot run it: see the message.",
  ModelUnavailable: "Devices could not get the file at the model's uri: see the message.",
  DigestMismatch: "The file at the model's uri has another digest: publish the right file, or register it anew.",
  BackendNotFound: "The InferenceBackend that is named does not exist in this namespace.",
  BackendNotReady: "The backend is not ready; devices work alone until it is.",
  Unreachable: "The endpoint does not answer; it is tried again.",
  DeploymentFailed: "The replicas do not become available: see the message.",
  ScalerMissing: "KEDA is not installed, so the replicas stay as many as they are.",
  FloorExceedsBudget: "The floors of the devices together exceed the budget: each gets its part of the budget instead.",
  QuotaSpent: "The quota of the period is used up: nothing is sent until the next period begins.",
  ShrinkPending: "Leases are being cut to fit a smaller budget; silent devices keep theirs until it expires.",
  WaitingForSamples: "The gate has not seen enough samples yet; the rollout waits.",
  WaitingForDevices: "Devices of the wave have not yet confirmed the revision.",
  MetricUnknown: "A metric of the gate cannot be read; the rollout waits.",
  DeadlineExceeded: "The wave did not pass its gate in time; the rollout waits for `sluice policy promote` or `abort`.",
  AwaitingApproval: "The wave is done and passed; the next one waits for `sluice policy promote`.",
  GateFailed: "A gate failed and the policy says to wait for a person: `sluice policy promote` or `abort`.",
  Aborted: "Somebody gave the revision up; devices have the last good one.",
  Listening: "The operator has just begun to listen to the devices; nothing is decided until it knows who is there.",
  Paused: "`spec.rollout.paused` holds the rollout where it is.",
  RolledBack:
    "A gate failed and the devices were given the last good revision: the message says which metric and value.",
  LeasesLost:
    "The broker's bucket of leases was wiped, or another operator took over: devices keep what they hold until it ends, and new leases follow within minutes.",
  StatusEdited:
    "Somebody else wrote the status: nothing in it is acted on, and the rollout is found again from what devices have.",
  ZoneNotFound: "No stream of the policy's devices has a zone of that name: there the whole picture counts.",
  StreamNotFound: "The device has no stream of that name: compare with its own configuration.",
  NotControlled: "The daemon goes by its own file, or is too old to hear of it from an operator.",
  UsageImplausible:
    "The device says it sent more than it can have held: its counter, or its daemon, cannot be trusted. See the quota of its policy, and take the device out until that is explained.",
  Conflicting: "Somebody else owns an object that this one would have to write: see the message.",
  Invalid: "The object passes the schema and is wrong all the same: see the message.",
  Unwritable: "The leases or the policy could not be written to the broker; this is tried again.",
  Unknown: "It could not be found out.",
} as const;
export type ConditionReason = keyof typeof conditionReasons;

/** Annotations by which people steer an OffloadPolicy. Each names what it means, so that it does no harm later. */
export const policyAnnotations = {
  /** `REVISION` promotes the revision through all waves, `REVISION/2` through the second one. */
  promote: "sluice.dev/promote",
  /** `REVISION` is given up. */
  abort: "sluice.dev/abort",
  /** Another value than before begins the rollout of a failed revision again. */
  restart: "sluice.dev/restart",
} as const;
