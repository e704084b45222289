import type { EdgeDevice } from "@sluice/contracts";
import { formatRate, parseRate } from "@sluice/foundation";
import { nameOf } from "../ports.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** What a device's status shows of its lease, and what it says that it holds: bytes a second. */
export interface Shown {
  readonly device: string;
  /** Whose budget both are part of. */
  readonly policy: string;
  readonly shown: number;
  /** Undefined of a device that is not heard, or that holds a lease of another policy. */
  readonly held: number | undefined;
}

/** Rates are shown in steps, rounded down: what is shown of several devices must not add up to more than they hold. */
export function rateText(bytesPerSecond: number): string {
  const step = bytesPerSecond < 125 ? 1 : bytesPerSecond < 125_000 ? 125 : 12_500;
  return formatRate(Math.floor(bytesPerSecond / step) * step);
}

/** What {@link rateText} wrote; nothing where there is no text, or none of it. */
export function rateIn(text = ""): number {
  const rate = parseRate(text);
  return rate.ok ? rate.value : 0;
}

/** A device as its status shows it and as it was heard; nothing where neither knows of a policy. */
export function shownOf(device: EdgeDevice, telemetry: Telemetry, nowMs: number): Shown[] {
  const name = nameOf(device);
  const { lease, budget } = (telemetry.online(name, nowMs) && telemetry.device(name)?.heartbeat) || {};
  const { policy: acted, lease: told } = device.status ?? {};
  const policy = lease?.policy ?? acted?.name;
  if (policy === undefined) return [];
  const isTold = told !== undefined && acted?.name === policy;
  const held = lease && lease.epoch > 0 ? budget?.bytesPerSecond : undefined;
  return [{ device: name, policy, shown: isTold ? rateIn(told.rate) : 0, held }];
}

/**
 * Which statuses are to tell of another rate now, and of which at most. Those that show too much come first, the most
 * wrong before the others; one that shows too little waits until there is room for it, so that what is shown of a policy's
 * devices never adds up to more than its budget, though no two statuses are of one moment. `mayRenew` gives turns out; the
 * first rate of a device needs none.
 */
export function turns(
  devices: readonly Shown[],
  budgetOf: (policy: string) => number,
  mayRenew: () => boolean,
): Map<string, number> {
  const room = new Map<string, number>();
  const take = (policy: string, bytes: number) => room.set(policy, (room.get(policy) ?? budgetOf(policy)) - bytes);
  for (const { policy, shown } of devices) take(policy, shown);
  const now = new Map<string, number>();
  for (const { device, policy, shown, held, more } of byChange(devices)) {
    if (more > room.get(policy)! || ((more < 0 || shown > 0) && !mayRenew())) continue;
    take(policy, more);
    now.set(device, held);
  }
  return now;
}

/** What would change a status, from the largest fall to the largest rise. */
function byChange(devices: readonly Shown[]) {
  const changes = devices.flatMap(({ held, ...rest }) => {
    const more = held === undefined ? 0 : rateIn(rateText(held)) - rest.shown;
    return more === 0 ? [] : [{ ...rest, held: held!, more }];
  });
  return changes.toSorted((a, b) => a.more - b.more);
}
