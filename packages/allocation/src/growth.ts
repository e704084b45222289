import { invariant } from "@sluice/foundation";

/** A device that could be given more, in bytes a second. */
export interface Grower {
  /** Most that it may believe it holds at this moment, by any lease that may still live and any floor. */
  readonly owed: number;
  /** What it is guaranteed, and what it should get. */
  readonly floor: number;
  readonly target: number;
}

/** A step of growth is taken if it is at least this share of the target, or completes it: no dribble of leases. */
const leastStep = 0.05;

/**
 * How far each device may grow now. Two rules: what devices may believe together (`owed`, summed) never exceeds the budget;
 * and nobody grows above its floor on what another's floor will need, be that device silent or about to join. Floors
 * are made whole first, then what is free is split in proportion to what is missing. Whoever cannot grow keeps `owed`.
 */
export function grow(budget: number, devices: readonly Grower[]): number[] {
  const rates = devices.map(({ owed }) => owed);
  let free = budget - sum(devices, ({ owed }) => owed);
  for (const [i, { owed, floor, target }] of devices.entries()) {
    const given = Math.max(0, Math.min(Math.min(floor, target) - owed, free));
    rates[i]! += given;
    free -= given;
  }
  const missing = devices.map(({ target }, i) => Math.max(0, target - rates[i]!));
  const needed = missing.reduce((total, bytes) => total + bytes, 0);
  let spare = Math.min(free, budget - sum(devices, ({ floor }, i) => Math.max(floor, rates[i]!)));
  const share = needed > Math.max(0, spare) ? Math.max(0, spare) / needed : 1;
  for (const [i, bytes] of missing.entries()) {
    const given = Math.min(Math.floor(bytes * share), Math.max(0, spare));
    if (given < bytes && given < leastStep * devices[i]!.target) continue;
    rates[i]! += given;
    spare -= given;
  }
  const [before, after] = [sum(devices, ({ owed }) => owed), rates.reduce((total, rate) => total + rate, 0)];
  invariant(after <= Math.max(before, budget), "growth stays within the budget");
  return rates;
}

function sum(devices: readonly Grower[], of: (device: Grower, i: number) => number): number {
  return devices.reduce((total, device, i) => total + of(device, i), 0);
}
