import type { OffloadPolicySpec, PolicyName } from "@sluice/contracts";
import { type Check, error, type Finding, warning, where } from "./finding.ts";

const withThreshold: readonly PolicyName[] = ["entropy", "threshold", "crossentropy", "ibt", "difference"];

/** Fields that the chosen way to decide ignores, and rungs in an order in which the best is never chosen. */
export const checkDecision: Check = ({ spec }) => {
  const { policy, every, threshold } = spec.decision;
  return [
    ...where(
      [every !== undefined && policy !== "periodic", warning("decision.every", `${policy} ignores it`)],
      [
        threshold !== undefined && !withThreshold.includes(policy),
        warning("decision.threshold", `${policy} ignores it`),
      ],
      [policy === "never", warning("decision.policy", "never sends anything, whatever the budget")],
    ),
    ...rungs(spec.payload.rungs),
  ];
};

function rungs(list: OffloadPolicySpec["payload"]["rungs"]): Finding[] {
  return list.flatMap((rung, i) => {
    const before = list[i - 1];
    if (!before) return [];
    const at = `payload.rungs[${rung.name}]`;
    const alike = rung.width === before.width && rung.quality === before.quality;
    const better = rung.width >= before.width && rung.quality >= before.quality;
    return where(
      [alike, error(at, `is the same picture as ${before.name}`)],
      [!alike && better, error(at, `is better than ${before.name} before it: write the best first`)],
    );
  });
}
