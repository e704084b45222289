import { type Finding, type Reconciled, ready, sameJson, waiting } from "@sluice/cluster";
import type { EdgeDevice, EdgeDeviceStatus } from "@sluice/contracts";
import { nameOf } from "../ports.ts";
import type { Heard } from "../telemetry/telemetry.ts";
import { masked } from "./masks.ts";
import { rateIn, rateText } from "./turns.ts";

/** A device is looked at when there is news of it; this often anyway. */
const lookAgainMs = 600_000;
/** A longer address is none that anybody could open. */
const urlLength = 2_048;
/** Of names and digests, which are a device's own words: a status holds no longer ones. */
const nameLength = 253;

/** What is known of a device now. `heard` is its last word in this process's life, `owner` the policy that has it. */
export interface Sight {
  readonly heard: Heard | undefined;
  readonly online: boolean;
  /** When the device was heard last, by the wall clock; only of one that was heard. */
  readonly lastSeenMs: number;
  readonly owner: string | undefined;
  /** Why what it says it sent cannot be true; null where it can. */
  readonly doubt: string | null;
  /** The rate that its status may tell of now, bytes a second; undefined if it is not its turn. */
  readonly turn: number | undefined;
}

/** A device's status from what was heard of it. Nothing that changes with every heartbeat is in it. */
export function deviceReport(device: EdgeDevice, sight: Sight): Reconciled {
  const { heard, online, owner, doubt } = sight;
  const name = nameOf(device);
  const before = device.status ?? {};
  const since = heard ? new Date(sight.lastSeenMs).toISOString() : before.lastSeen;
  // While it is heard the time stays as it was: a heartbeat is no reason to write.
  const lastSeen = online && isReporting(before) ? (before.lastSeen ?? since) : since;
  const { lease: now, ...said } = heard ? saidBy(heard) : heardEarlier(before);
  const findings = [
    selectedBy(owner),
    reporting(online, lastSeen),
    ...masked(device, heard, owner),
    ...doubtful(owner, doubt),
  ];
  // Nobody knows for how long a device that is not heard has held what it held.
  const lease = online ? leaseAfter(before, said, now, sight.turn) : undefined;
  const status = { ...(lastSeen !== undefined && { lastSeen }), ...said, ...(lease && { lease }) };
  if (online) return { outcome: ready(`${name} is heard`, { afterMs: lookAgainMs }), status, findings, quiet: true };
  const reason = lastSeen === undefined ? "NeverSeen" : "Silent";
  return { outcome: waiting(reason, `${name} is not heard`, lookAgainMs), status, findings, quiet: true };
}

/**
 * Leases change by the thousand all the time: a device's is told of in its turn, so that what is shown adds up. What else is
 * written brings along that it holds less.
 */
function leaseAfter(
  { lease, ...before }: EdgeDeviceStatus,
  said: Omit<EdgeDeviceStatus, "lease">,
  now: EdgeDeviceStatus["lease"],
  turn: number | undefined,
) {
  const { url, policy, model } = before;
  // Of its own file, or none yet: that is no part of any budget.
  if (now?.epoch === undefined) return now;
  if (turn !== undefined) return { ...now, rate: rateText(Math.min(turn, rateIn(now.rate))) };
  const shown = policy?.name === said.policy?.name ? lease : undefined;
  // Nothing is part of every sum.
  if (!shown) return rateIn(now.rate) === 0 ? now : undefined;
  const isNews = !isReporting(before) || !sameJson({ url, policy, model }, said);
  return isNews && rateIn(now.rate) < rateIn(shown.rate) ? now : shown;
}

const isReporting = ({ conditions }: EdgeDeviceStatus): boolean =>
  conditions?.find(({ type }) => type === "Reporting")?.status === "True";

function saidBy({ heartbeat }: Heard): EdgeDeviceStatus {
  const { policy, refused, model, budget, url, lease } = heartbeat;
  return {
    ...(url !== null && url.length <= urlLength && { url }),
    ...(policy && {
      policy: {
        name: policy.name.slice(0, nameLength),
        revision: policy.revision.slice(0, nameLength),
        ...(refused && { problem: refused.reason.slice(0, 1_024) }),
      },
    }),
    lease: {
      ...(lease && lease.policy === policy?.name && { epoch: lease.epoch }),
      rate: rateText(budget.bytesPerSecond),
    },
    model: { name: model.name.slice(0, nameLength), sha256: model.digest.slice(0, nameLength) },
  };
}

/** An operator that has just begun keeps what the one before it knew. */
const heardEarlier = ({ url, policy, model }: EdgeDeviceStatus): EdgeDeviceStatus => ({
  ...(url !== undefined && { url }),
  ...(policy && { policy }),
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
