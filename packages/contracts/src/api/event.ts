/** What the operator tells of an OffloadPolicy in events, beside the reasons of its conditions. */
export const policyEvents = {
  RolloutStarted: "A new revision, or a failed one that was asked for again, begins with its first wave.",
  WaveStarted: "Devices of a wave are given the revision.",
  WavePassed: "The gate of a wave was passed.",
  MeasurementFailed: "A bad look that is borne: which metric, which value, which devices.",
  RolloutComplete: "The revision is everywhere that can be reached.",
  RolloutHeld: "A gate failed and the policy says to wait for a person.",
  RolledBack: "A gate failed and the devices get the last good revision.",
  RolloutAborted: "Somebody gave the revision up.",
  RequestAnswered: "A `sluice.dev/…` annotation was taken off: it was followed, or names a rollout that is over.",
  RequestUnreadable: "A `sluice.dev/…` annotation was taken off: it names no revision, or no wave.",
} as const;
export type PolicyEvent = keyof typeof policyEvents;
