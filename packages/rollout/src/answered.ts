import type { Requests } from "./facts.ts";
import { waveWithin } from "./members.ts";
import type { Plan } from "./plan.ts";
import { type RolloutState, underWay } from "./state.ts";

/** What people can ask for. */
export type RequestName = keyof Requests;

/**
 * Requests that `stored` has followed, or that nothing can follow any more. Take them away before anything new is decided:
 * the revision that they name may be rolled out again, and then nobody has asked for anything yet. What names the `target`
 * of a rollout that is not stored yet is still to come.
 */
export function answered(
  { promote, abort, restart }: Requests,
  stored: RolloutState,
  target: string,
  plan: Pick<Plan, "waves">,
): RequestName[] {
  const wave = waveWithin(plan, stored);
  const begun = stored.target === target;
  const decides = !begun || underWay(stored);
  const open: Readonly<Record<RequestName, boolean>> = {
    promote: decides && promote?.revision === target && (!begun || promote.wave === "all" || promote.wave >= wave),
    abort: decides && abort === target,
    restart: !begun || (restart !== stored.restart && stored.phase !== "complete"),
  };
  const asked: Readonly<Record<RequestName, unknown>> = { promote, abort, restart };
  return (Object.keys(open) as RequestName[]).filter((name) => asked[name] !== null && !open[name]);
}
