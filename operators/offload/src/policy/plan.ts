import type { GateMetric, OffloadPolicySpec, Wave as WaveSpec } from "@sluice/contracts";
import type { Check, Plan, Reach, Wave } from "@sluice/rollout";

/** How a policy's specification says that its revisions reach devices. */
export function planOf({ rollout, gate }: Pick<OffloadPolicySpec, "rollout" | "gate">): Plan {
  return {
    waves: rollout.waves.map(waveOf),
    gate: {
      intervalMs: gate.interval,
      minSamples: gate.minSamples,
      passes: gate.passes,
      failureLimit: gate.failureLimit,
      deadlineMs: gate.deadline,
      checks: gate.metrics.map(checkOf),
    },
    onFailure: rollout.onFailure,
    paused: rollout.paused,
  };
}

const waveOf = (wave: WaveSpec): Wave => ({
  name: wave.name,
  reach: reachOf(wave),
  pauseMs: wave.pause ?? 0,
  approval: wave.approval,
});

/** The schema lets exactly one of the three through. */
function reachOf({ percent, count, selector }: WaveSpec): Reach {
  if (percent !== undefined) return { kind: "percent", percent };
  return count !== undefined ? { kind: "count", count } : { kind: "selector", selector: selector ?? {} };
}

const checkOf = ({ name, measure, min, max }: GateMetric): Check => ({
  name,
  reading: measure === "prometheus" ? null : measure,
  ...(min !== undefined && { min }),
  ...(max !== undefined && { max }),
});
