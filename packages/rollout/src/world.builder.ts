import {
  advance,
  type Device,
  desired,
  type Input,
  noRequests,
  type Plan,
  type Reading,
  type Requests,
  type RolloutState,
} from "./index.ts";

export const gate = { intervalMs: 60_000, minSamples: 20, passes: 1, failureLimit: 1, deadlineMs: 3_600_000 };
export const agreement = { name: "quality", reading: "agreement", min: 0.7 };

/** Two waves by share and one by number, a gate on agreement, no pause. */
export const plan: Plan = {
  waves: [
    { name: "few", reach: { kind: "count", count: 1 }, pauseMs: 0, approval: false },
    { name: "some", reach: { kind: "percent", percent: 30 }, pauseMs: 0, approval: false },
  ],
  gate: { ...gate, checks: [agreement] },
  onFailure: "rollback",
  paused: false,
};

export const reading = (mean: number, samples = 100): Reading => ({ samples, mean, error: 0.01 });

export const deviceOf = (name: string, changes: Partial<Device> = {}): Device => ({
  name,
  labels: {},
  online: true,
  told: null,
  applied: null,
  refused: null,
  readings: {},
  ...changes,
});

export const fleetOf = (size: number, changes: Partial<Device> = {}): Device[] =>
  Array.from({ length: size }, (_, i) => deviceOf(`cam-${i}`, changes));

/** How a revision turns out on devices. */
export type Quality = "good" | "bad" | "refused";

/** An operator, its bucket and its devices. What is not stored is lost when the operator crashes, which is always. */
export class World {
  nowMs = 1_700_000_000_000;
  state: RolloutState | null = null;
  target = "r0";
  plan: Plan = plan;
  requests: Requests = noRequests;
  devices: Device[];
  qualities = new Map<string, Quality>([["r0", "good"]]);

  constructor(devices: Device[]) {
    this.devices = devices;
  }

  edit(quality: Quality): void {
    this.target = `r${this.qualities.size}`;
    this.qualities.set(this.target, quality);
  }

  get input(): Input {
    const { state, target, devices, nowMs } = this;
    const same = (a: string, b: string) => a === b;
    return { plan: this.plan, state, target, devices, nowMs, same, queries: {}, requests: this.requests };
  }

  /** One reconciliation that dies after `reach` of its writes: the state first, then the devices' documents. */
  reconcile(reach = Infinity): void {
    const state = advance(this.input);
    if (reach < 1) return;
    this.state = state;
    const told = desired(state, this.plan, this.devices);
    this.devices = this.devices.map((device, i) =>
      i + 1 < reach ? { ...device, told: told.get(device.name)! } : device,
    );
  }

  change(index: number, changes: Partial<Device>): void {
    this.devices = this.devices.map((device, i) =>
      i === index % this.devices.length ? { ...device, ...changes } : device,
    );
  }

  /** Devices that are online take what they were told, as far as they can. */
  deliver(): void {
    this.devices = this.devices.map((device) => (device.online ? this.#taken(device) : device));
  }

  #taken(device: Device): Device {
    const quality = device.told === null ? "good" : this.qualities.get(device.told)!;
    if (quality === "refused") return { ...device, refused: { revision: device.told!, reason: "no such model" } };
    const readings = { agreement: reading(quality === "good" ? 0.9 : 0.3) };
    return { ...device, applied: device.told, refused: null, readings };
  }

  /** Devices that run a revision or were told to. */
  holding(revision: string): number {
    return this.devices.filter(({ told, applied }) => told === revision || applied === revision).length;
  }
}
