import type { Gate, GateMetric, OffloadPolicySpec } from "@sluice/contracts";
import { formatDuration } from "@sluice/foundation";
import { type Check, error, type Finding, warning, where } from "./finding.ts";

/** Gates that can never be passed, can never fail, or never learn anything. */
export const checkGate: Check = ({ spec }) => {
  const { gate, rollout } = spec;
  const leastMs = gate.interval * gate.passes;
  return [
    ...where(
      [
        leastMs > gate.deadline,
        error(
          "gate.deadline",
          `${formatDuration(gate.deadline)} is too short for ${gate.passes} pass(es), ${formatDuration(gate.interval)} apart`,
        ),
      ],
      [
        gate.metrics.length === 0 && rollout.waves.length > 0,
        warning("gate.metrics", "is empty: a wave passes as soon as its devices have confirmed, whatever comes of it"),
      ],
      [
        gate.metrics.length > 0 && rollout.waves.length === 0,
        warning("rollout.waves", "is empty: all devices change at once, so the gate only finds out afterwards"),
      ],
    ),
    ...gate.metrics.flatMap((metric) => [...bounds(metric), ...samples(metric, gate, spec)]),
  ];
};

const shares: readonly GateMetric["measure"][] = ["agreement", "drops"];

function bounds({ name, measure, min, max }: GateMetric): Finding[] {
  const at = `gate.metrics[${name}]`;
  const share = shares.includes(measure);
  return where(
    [min !== undefined && max !== undefined && min > max, error(at, `min ${min} lies above max ${max}`)],
    [share && min !== undefined && min > 1, error(`${at}.min`, `${measure} is a share: it never reaches ${min}`)],
    [share && max !== undefined && max < 0, error(`${at}.max`, `${measure} is a share: it is never below 0`)],
    [
      share && min !== undefined && min <= 0 && max === undefined,
      warning(`${at}.min`, `${measure} is a share: it always is ${min} at least`),
    ],
    [
      share && max !== undefined && max >= 1 && min === undefined,
      warning(`${at}.max`, `${measure} is a share: it never exceeds ${max}`),
    ],
  );
}

/** Agreement rests on frames that were drawn at random, sent and answered. */
function samples(
  { name, measure }: GateMetric,
  { deadline }: Gate,
  { decision, audit, budget }: OffloadPolicySpec,
): Finding[] {
  if (measure !== "agreement") return [];
  const at = `gate.metrics[${name}]`;
  const waits = `agreement stays unknown, and each wave waits ${formatDuration(deadline)} for a person`;
  return where(
    [decision.policy === "never", error(at, `decision.policy never sends nothing: ${waits}`)],
    [audit.share === 0, error(at, `audit.share 0 measures nothing: ${waits}`)],
    [budget.rate === 0, error(at, `budget.rate 0 sends nothing: ${waits}`)],
  );
}
