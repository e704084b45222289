import { type Finding, type Reconciled, ready, sameJson, waiting } from "@sluice/cluster";
import type { EdgeDevice, EdgeDeviceStatus } from "@sluice/contracts";
import { formatRate } from "@sluice/foundation";
import { nameOf } from "../ports.ts";
import type { Heard } from "../telemetry/telemetry.ts";
import { masked } from "./masks.ts";

/** A device is looked at when there is news of it; this often anyway. */
const lookAgainMs = 600_000;
/** A longer address is none that anybody could open. */
const urlLength = 2_048;

/** What is known of a device now. `heard` is its last word in this process's life, `owner` the policy that has it. */
export interface Sight {
  readonly heard: Heard | undefined;
  readonly online: boolean;
  /** When the device was heard last, by the wall clock; only of one that was heard. */
  readonly lastSeenMs: number;
  readonly owner: string | undefined;
  /** Why what it says it sent cannot be true; null where it can. */
  readonly doubt: string | null;
  /** Whether a lease that has changed, and nothing else, is worth a write now. */
  readonly mayRenew: () => boolean;
}

/** A device's status from what was heard of it. Nothing that changes with every heartbeat is in it. */
export function deviceReport(device: EdgeDevice, sight: Sight): Reconciled {
  const { heard, online, owner, doubt } = sight;
  const name = nameOf(device);
  const before = device.status ?? {};
  const since = heard ? new Date(sight.lastSeenMs).toISOString() : before.lastSeen;
  // While it is heard the time stays as it was: a heartbeat is no reason to write.
  const lastSeen = online && isReporting(before) ? (before.lastSeen ?? since) : since;
  const said = heard ? saidBy(heard) : heardEarlier(before);
  const findings = [
    selectedBy(owner),
    reporting(online, lastSeen),
    ...masked(device, heard, owner),
    ...doubtful(owner, doubt),
  ];
  const lease = online ? leaseAfter(before, said, sight.mayRenew) : said.lease;
  const status = { ...(lastSeen !== undefined && { lastSeen }), ...said, ...(lease && { lease }) };
  if (online) return { outcome: ready(`${name} is heard`, { afterMs: lookAgainMs }), status, findings, quiet: true };
  const reason = lastSeen === undefined ? "NeverSeen" : "Silent";
  return { outcome: waiting(reason, `${name} is not heard`, lookAgainMs), status, findings, quiet: true };
}

/** Leases change by the thousand all the time: one is told of when it is the first, together with something else, or in turn. */
function leaseAfter(before: EdgeDeviceStatus, said: Partial<EdgeDeviceStatus>, mayRenew: () => boolean) {
  const { url, policy, model, lease } = before;
  const { lease: now, ...rest } = said;
  const isNews = !isReporting(before) || !sameJson({ url, policy, model }, rest);
  const isFirst = lease?.epoch === undefined || now?.epoch === undefined;
  if (isNews || isFirst || (now.rate !== lease.rate && mayRenew())) return now;
  return lease;
}

const isReporting = ({ conditions }: EdgeDeviceStatus): boolean =>
  conditions?.find(({ type }) => type === "Reporting")?.status === "True";

function saidBy({ heartbeat }: Heard): Partial<EdgeDeviceStatus> {
  const { policy, refused, model, budget, url, lease } = heartbeat;
  return {
    ...(url !== null && url.length <= urlLength && { url }),
    ...(policy && {
      policy: {
        name: policy.name,
        revision: policy.revision,
        ...(refused && { problem: refused.reason.slice(0, 1_024) }),
      },
    }),
    lease: {
      ...(lease && lease.policy === policy?.name && { epoch: lease.epoch }),
      rate: formatRate(budget.bytesPerSecond),
    },
    model: { name: model.name, sha256: model.digest },
  };
}

/** An operator that has just begun keeps what the one before it knew. */
const heardEarlier = ({ url, policy, lease, model }: EdgeDeviceStatus): Partial<EdgeDeviceStatus> => ({
  ...(url !== undefined && { url }),
  ...(policy && { policy }),
  ...(lease && { lease }),
  ...(model && { model }),
});

function selectedBy(owner: string | undefined): Finding {
  if (owner !== undefined)
    return { type: "Selected", status: "True", reason: "Succeeded", message: `by policy ${owner}` };
  return { type: "Selected", status: "False", reason: "NotSelected", message: "no policy selects the device" };
}

/** Said only of a device whose word cannot be true: of the others nobody knows more than that they were not caught. */
function doubtful(owner: string | undefined, doubt: string | null): Finding[] {
  if (doubt === null) return [];
  const message = `${doubt}: the quota of policy ${owner} counts by its word until its daemon starts anew`;
  return [{ type: "Plausible", status: "False", reason: "UsageImplausible", message }];
}

function reporting(online: boolean, lastSeen: string | undefined): Finding {
  if (online) return { type: "Reporting", status: "True", reason: "Succeeded", message: "heartbeats arrive" };
  if (lastSeen === undefined) {
    return { type: "Reporting", status: "Unknown", reason: "NeverSeen", message: "nothing was ever heard of it" };
  }
  return { type: "Reporting", status: "False", reason: "Silent", message: `last heard ${lastSeen}` };
}
