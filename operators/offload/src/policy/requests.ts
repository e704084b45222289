import { policyAnnotations } from "@sluice/contracts";
import { answered, noRequests, type RequestName, type Requests, type RolloutState } from "@sluice/rollout";
import type { Objects, Policy } from "../ports.ts";
import { planOf } from "./plan.ts";

/**
 * What people ask for by annotation, of the rollout that is stored. What was answered is taken off the policy before anything
 * else is listened to: should this process die in between, the next one takes it off, and no request is followed twice.
 */
export async function hearRequests(
  policy: Policy,
  stored: RolloutState | null,
  target: string,
  objects: Objects,
): Promise<Requests> {
  const requests = requestsOf(policy.metadata.annotations);
  const garbled = unreadable(policy, requests);
  const done = stored ? answered(requests, stored, target, planOf(policy.spec)) : [];
  if (garbled.length + done.length === 0) return requests;
  await objects.withdraw(policy, [...garbled, ...done]);
  for (const name of garbled) {
    const message = `${written(policy, name)} was taken off: write REVISION, or REVISION/2 for a wave; for restart any short word`;
    objects.tell(policy, { type: "Warning", reason: "RequestUnreadable", message });
  }
  for (const name of done) {
    const message = `${written(policy, name)} was taken off: it is done, or came too late`;
    objects.tell(policy, { type: "Normal", reason: "RequestAnswered", message });
  }
  return noRequests;
}

const written = ({ metadata }: Policy, name: RequestName): string =>
  `${policyAnnotations[name]}: ${metadata.annotations?.[policyAnnotations[name]]?.slice(0, 253)}`;

const unreadable = ({ metadata }: Policy, requests: Requests): RequestName[] =>
  (Object.keys(requests) as RequestName[]).filter(
    (name) => requests[name] === null && metadata.annotations?.[policyAnnotations[name]] !== undefined,
  );

/** What fits into the status. */
const tokenLength = 253;

/** What cannot be read is null. */
export function requestsOf(annotations: Readonly<Record<string, string>> | undefined): Requests {
  if (!annotations) return noRequests;
  const [revision, step] = annotations[policyAnnotations.promote]?.split("/") ?? [];
  const wave = step === undefined ? "all" : Number(step) - 1;
  const restart = annotations[policyAnnotations.restart] ?? "";
  const sane = wave === "all" || (Number.isInteger(wave) && wave >= 0);
  return {
    promote: revision && sane ? { revision, wave } : null,
    abort: annotations[policyAnnotations.abort] || null,
    restart: restart.length <= tokenLength ? restart || null : null,
  };
}
