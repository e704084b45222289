import { allocate } from "../allocate.ts";
import { drift } from "../timing.ts";
import { Bucket, fair } from "./bucket.builder.ts";
import { Site } from "./faults.builder.ts";
import { Law, Violation } from "./law.builder.ts";
import type { Bugs } from "./surroundings.builder.ts";
import { World } from "./world.builder.ts";

export interface Outcome {
  readonly seed: number;
  readonly steps: number;
  readonly days: number;
  readonly terms: number;
  /** Largest share of the budget ever held. */
  readonly fullest: number;
  /** Share of what would be best that devices held at the end, after some minutes without faults. */
  readonly recovered: number;
}

const calmMs = 400_000;

/** One history of a fleet. Throws a {@link Violation} that names its seed and tells what led to it. */
export function simulate(seed: number, steps: number, bugs: Bugs = {}, clocksOff = drift): Outcome {
  const world = new World(seed);
  const place = { world, bucket: new Bucket(), law: new Law(world), bugs, drift: clocksOff, weather: fair };
  try {
    const site = new Site(place);
    while (world.steps < steps) world.step();
    site.calm();
    const endMs = world.nowMs + calmMs;
    while (world.nowMs < endMs) world.step();
    return {
      seed,
      steps: world.steps,
      days: world.nowMs / 86_400_000,
      terms: site.terms,
      fullest: place.law.fullest,
      recovered: recovered(site),
    };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    throw new Violation(`seed ${seed}, step ${world.steps}: ${error.message}`);
  }
}

function recovered(site: Site): number {
  const { bytesPerSecond, members } = site.fleet;
  const devices = new Map(site.devices.map((device) => [device.name, device]));
  const candidates = members.map(({ device, ...member }) => {
    const { bid, idle } = devices.get(device)!;
    return { ...member, bid, idle };
  });
  const best = allocate(bytesPerSecond, candidates).rates.reduce((sum, rate) => sum + rate, 0);
  const held = site.devices.reduce((sum, device) => sum + device.believes(), 0);
  return best === 0 ? 1 : held / best;
}
