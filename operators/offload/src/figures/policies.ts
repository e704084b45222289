import type { OffloadPolicyStatus } from "@sluice/contracts";
import type { Policy } from "../ports.ts";
import type { Figure } from "./gauges.ts";

/** Where each policy's rollout stands, by what is stored of it; what the status does not say is not said here either. */
export const policyFigures = (policies: readonly Policy[]): Figure[] =>
  policies.flatMap(({ metadata, status }) => {
    const policy = metadata.name;
    return status ? [...devicesOf(policy, status), ...rolloutOf(policy, status), ...gateOf(policy, status)] : [];
  });

function devicesOf(policy: string, { devices }: OffloadPolicyStatus): Figure[] {
  const { selected, online, updated, failed } = devices ?? {};
  const states = Object.entries({ selected, online, updated, failed });
  return states.flatMap(([state, value]) =>
    value === undefined ? [] : [{ name: "sluice_operator_policy_devices", labels: { policy, state }, value }],
  );
}

function rolloutOf(policy: string, { rollout }: OffloadPolicyStatus): Figure[] {
  if (!rollout) return [];
  const [wave, waves] = (rollout.step ?? "").split("/").map(Number);
  return [
    { name: "sluice_operator_policy_phase", labels: { policy, phase: rollout.phase }, value: 1 },
    { name: "sluice_operator_policy_wave", labels: { policy }, value: wave || Number.NaN },
    { name: "sluice_operator_policy_waves", labels: { policy }, value: waves ?? Number.NaN },
  ];
}

const verdicts = { Good: 1, Bad: 0, Unknown: Number.NaN } as const;

function gateOf(policy: string, { rollout }: OffloadPolicyStatus): Figure[] {
  return (rollout?.metrics ?? []).flatMap(({ name: metric, value, verdict }) => [
    { name: "sluice_operator_policy_gate_value", labels: { policy, metric }, value: Number(value ?? Number.NaN) },
    { name: "sluice_operator_policy_gate_good", labels: { policy, metric }, value: verdicts[verdict] },
  ]);
}
