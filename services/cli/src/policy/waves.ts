import {
  advance,
  beginning,
  completed,
  type Device,
  desired,
  noRequests,
  type Plan,
  type RolloutState,
} from "@sluice/rollout";

/** Which devices a wave of a rollout adds. */
export interface Step {
  readonly name: string;
  readonly devices: readonly string[];
  readonly pauseMs: number;
  readonly approval: boolean;
}

/**
 * How `target` would reach these devices, if every gate passes and everybody does what it is told: the operator's own
 * code, with the waiting taken out. Devices that are offline are in no wave.
 */
export function stepsOf(plan: Plan, devices: readonly Device[], stable: string | null, target: string): Step[] {
  const swift: Plan = {
    ...plan,
    paused: false,
    gate: { ...plan.gate, checks: [] },
    waves: plan.waves.map((wave) => ({ ...wave, pauseMs: 0, approval: false })),
  };
  const waves = [...plan.waves, { name: "rest", pauseMs: 0, approval: false }];
  const added = waves.map(() => [] as string[]);
  let fleet = devices.map((device) => ({ ...device, told: stable, applied: stable, refused: null }));
  let state: RolloutState | null = null;
  // Each wave begins, settles, passes and hands over.
  for (let look = 0; look < 8 * waves.length && state?.phase !== "complete"; look++) {
    const before: RolloutState | null = state ?? (stable === null ? null : completed(beginning(stable, stable, null)));
    state = advance({
      plan: swift,
      state: before,
      target,
      devices: fleet,
      nowMs: look,
      same: (a, b) => a === b,
      queries: {},
      requests: noRequests,
    });
    const told = desired(state, swift, fleet);
    const wave = Math.min(state.wave, waves.length - 1);
    fleet = fleet.map((device) => {
      if (!device.online || told.get(device.name) !== target || device.applied === target) return device;
      added[wave]!.push(device.name);
      return { ...device, told: target, applied: target };
    });
  }
  return waves.map(({ name, pauseMs, approval }, i) => ({ name, pauseMs, approval, devices: added[i]!.toSorted() }));
}
