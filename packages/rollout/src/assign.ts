import { type Labels, type Selector, selects } from "./selector.ts";

/** A policy as it competes for devices. */
export interface Claimant {
  readonly name: string;
  readonly priority: number;
  readonly createdMs: number;
  readonly selector: Selector;
}

/** What a policy got of the devices that it selects. */
export interface Claim {
  /** Devices that are its own. */
  readonly won: readonly string[];
  /** Devices that another policy has, with that policy's name. */
  readonly lost: readonly { readonly device: string; readonly to: string }[];
}

/** Gives each device to one policy: the highest priority, then the oldest, then the first by name. */
export function assign(
  policies: readonly Claimant[],
  devices: readonly { readonly name: string; readonly labels: Labels }[],
): Map<string, Claim> {
  const claims = new Map(
    policies.map(({ name }) => [name, { won: [] as string[], lost: [] as Claim["lost"][number][] }]),
  );
  const ranked = policies.toSorted(precedence);
  for (const device of devices) {
    const [winner, ...losers] = ranked.filter(({ selector }) => selects(selector, device.labels));
    if (!winner) continue;
    claims.get(winner.name)!.won.push(device.name);
    for (const { name } of losers) claims.get(name)!.lost.push({ device: device.name, to: winner.name });
  }
  return claims;
}

function precedence(a: Claimant, b: Claimant): number {
  return b.priority - a.priority || a.createdMs - b.createdMs || (a.name < b.name ? -1 : 1);
}
