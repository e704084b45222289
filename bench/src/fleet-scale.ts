import { setTimeout as pause } from "node:timers/promises";
import type { Context } from "./context.ts";
import { FleetSetting } from "./fleet-setting.ts";
import type { Findings, Measure, Scale } from "./measure.ts";
import { cpuMs, residentBytes } from "./process-tree.ts";
import { fitLine, median, quantile } from "./statistics.ts";

const mebibyte = 2 ** 20;
const sampleMs = 1_000;
/** A change must be everywhere in five seconds; what a fleet costs may grow with it, and not faster. */
const targets = { reachedMs: 5_000, writesPerSecond: 1, slope: 1.15 };

interface Found {
  readonly devices: number;
  /** From an edit of the policy until each device holds what follows from it, over all edits. */
  readonly reachedMs: readonly number[];
  readonly writesPerSecond: number;
  readonly cpuPercent: number;
  readonly residentBytes: number;
}

/** An operator with fleets of several sizes: how fast a policy reaches every device, and what it costs while nothing changes. */
export async function fleetScale({ scale }: Context): Promise<Findings> {
  const found: Found[] = [];
  for (const devices of scale.fleets) found.push(await look(devices, scale));
  return {
    setting: {
      devices: scale.fleets.join(", "),
      heartbeats: "every 2 s each",
      edits: scale.changes,
      "nothing changes for": `${scale.steadyMs / 1_000} s`,
      servers: "kube-apiserver, etcd and nats-server on the same machine",
    },
    measures: [...found.flatMap((one) => measures(one, one === found.at(-1))), ...slopes(found)],
  };
}

async function look(devices: number, { changes, steadyMs }: Scale): Promise<Found> {
  await using setting = await FleetSetting.start(devices);
  await setting.ready();
  const reachedMs: number[] = [];
  for (let i = 1; i <= changes; i++) {
    reachedMs.push(...(await setting.change(0.05 + i / 1_000)));
    await setting.ready();
  }
  await setting.idle();
  return { devices, reachedMs, ...(await steady(setting, steadyMs)) };
}

/** What the operator costs while devices give signs of life and nobody asks for anything. */
async function steady(setting: FleetSetting, forMs: number): Promise<Omit<Found, "devices" | "reachedMs">> {
  const { pids } = setting.operator;
  const [writes, cpu, startMs] = [await setting.apiWrites(), cpuMs(pids), performance.now()];
  const resident: number[] = [];
  while (performance.now() - startMs < forMs) {
    resident.push(residentBytes(pids));
    await pause(sampleMs);
  }
  const tookMs = performance.now() - startMs;
  return {
    writesPerSecond: (1_000 * ((await setting.apiWrites()) - writes)) / tookMs,
    cpuPercent: (100 * (cpuMs(pids) - cpu)) / tookMs,
    residentBytes: median(resident),
  };
}

function measures({ devices, reachedMs, ...cost }: Found, largest: boolean): Measure[] {
  const measure = (name: string, value: number, unit: string, atMost?: number): Measure => ({
    name: `${devices} devices: ${name}`,
    value,
    unit,
    ...(largest && atMost !== undefined && { target: { atMost } }),
  });
  return [
    measure("an edit reaches a device, p50", median(reachedMs), "ms"),
    measure("an edit reaches a device, p99", quantile(reachedMs, 0.99), "ms", targets.reachedMs),
    measure("writes that the API server serves, its own too", cost.writesPerSecond, "/s", targets.writesPerSecond),
    measure("operator, of one core", cost.cpuPercent, "%"),
    measure("operator, resident memory", cost.residentBytes / mebibyte, "MiB"),
  ];
}

function slopes(found: readonly Found[]): Measure[] {
  const power = (of: (one: Found) => number): Measure["value"] =>
    fitLine(found.map((one) => [Math.log(one.devices), Math.log(of(one))])).slope;
  const slope = (name: string, of: (one: Found) => number): Measure => ({
    name: `${name} grows as devices to the power of`,
    value: power(of),
    unit: "",
    target: { atMost: targets.slope },
  });
  return [
    slope("time until an edit is everywhere", ({ reachedMs }) => quantile(reachedMs, 0.99)),
    slope("processor time of the operator", ({ cpuPercent }) => cpuPercent),
  ];
}
