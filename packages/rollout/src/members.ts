import type { Device } from "./facts.ts";
import type { Plan, Reach, Wave } from "./plan.ts";
import { selects } from "./selector.ts";
import type { RolloutState } from "./state.ts";

/** The wave under way; undefined for the last one, which takes all that are left. */
export const waveOf = (plan: Plan, { wave }: RolloutState): Wave | undefined => plan.waves[wave];

/** Its number in the plan as it is now: where waves were taken out, the rollout is in the last one. */
export const waveWithin = ({ waves }: Pick<Plan, "waves">, { wave }: RolloutState): number =>
  Math.min(wave, waves.length);

/** Whether a device has the target, or may have it any moment. A document that was lost leaves its own word. */
export const holds = ({ told, applied }: Device, target: string): boolean => (told ?? applied) === target;

/** How many devices a wave that begins now may reach; null if their number does not matter. */
export function reachOf(wave: Wave | undefined, devices: readonly Device[]): number | null {
  const reach: Reach | undefined = wave?.reach;
  if (!reach || reach.kind === "selector") return null;
  if (reach.kind === "count") return reach.count;
  const online = devices.reduce((count, device) => count + Number(device.online), 0);
  return Math.ceil((online * reach.percent) / 100);
}

/**
 * Those who have or get the target now: whoever has it, and those that the wave adds. Nobody is offline who is added; the
 * order is by a hash of revision and name, so that it is the same after a crash and another one for each revision.
 */
export function membersOf(state: RolloutState, plan: Plan, devices: readonly Device[]): Set<Device> {
  const members = new Set(devices.filter((device) => holds(device, state.target)));
  if (state.begunMs === null || state.phase !== "rolling") return members;
  for (const device of candidates(state, plan, devices)) {
    if (state.reach !== null && members.size >= state.reach) break;
    members.add(device);
  }
  return members;
}

/** Those who may be added, in order. Devices with neither revision come first: they run what is being replaced. */
function candidates(state: RolloutState, plan: Plan, devices: readonly Device[]): Device[] {
  const reach = waveOf(plan, state)?.reach;
  const fit = devices.filter(
    (device) =>
      device.online &&
      !holds(device, state.target) &&
      (reach?.kind !== "selector" || selects(reach.selector, device.labels)),
  );
  if (state.reach === null) return fit;
  const ranked = fit.map((device) => ({ device, rank: rankOf(device, state) }));
  return ranked.toSorted((a, b) => a.rank - b.rank || (a.device.name < b.device.name ? -1 : 1)).map((r) => r.device);
}

const hashRange = 2 ** 32;

function rankOf({ name, told }: Device, { stable, target }: RolloutState): number {
  const superseded = told !== null && told !== stable;
  return hash(`${target}/${name}`) + (superseded ? 0 : hashRange);
}

/** FNV-1a, 32 bits, with the finisher of MurmurHash3, whose low bits are then as good as its high ones. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
