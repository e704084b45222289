import { type Prng, seededPrng } from "@sluice/foundation";
import { Agenda } from "./agenda.ts";
import { type Costs, Dice, type Draws } from "./costs.ts";
import { Deployment } from "./deployment.ts";
import { Ledger, slotMs } from "./ledger.ts";
import { type Batching, type End, Replica } from "./replica.ts";
import { follow, type Setting, type Way } from "./ways.ts";

const streams = 48;

export interface World {
  readonly costs: Costs;
  /** Costs as they come, if not at random; `nowMs` is the simulation's clock. */
  readonly drawsAt?: (nowMs: () => number) => Draws;
  readonly batching: Batching;
  readonly setting: Setting;
  /** For how long a request is worth answering once it has arrived. */
  readonly patienceMs: number;
  /** When the trial ends. */
  readonly endMs: number;
}

export interface Trial extends Pick<Ledger, "ends" | "waitMs" | "slots"> {
  /** Time that pods existed for, all together. */
  readonly podMs: number;
}

/** Lets requests come at these times, to replicas whose number comes about in this way. */
export function tryOnce(way: Way, world: World, times: readonly number[], prng: Prng): Trial {
  const { costs, setting, patienceMs, endMs } = world;
  const agenda = new Agenda();
  const ledger = new Ledger(endMs);
  const draws = world.drawsAt?.(() => agenda.nowMs) ?? new Dice(costs, prng);
  const parts = { agenda, draws, cpuShare: costs.cpuShare, batching: world.batching, ledger };
  const first = way.kind === "fixed" ? way.replicas : setting.min;
  const deployment = new Deployment(
    { agenda, prng, startMs: costs.startMs, makeReplica: () => new Replica(parts) },
    first,
  );
  follow(way, deployment, { agenda, prng, setting });
  send(times, agenda, () => {
    const arrivedMs = agenda.nowMs;
    const source = `stream-${Math.floor(prng.next() * streams)}`;
    const request = { arrivedMs, deadlineMs: arrivedMs + patienceMs, source };
    ledger.asked(request);
    if (!deployment.give(request)) ledger.ended(request, "nobody");
  });
  agenda.every(slotMs, slotMs - 1, () => ledger.replicas(agenda.nowMs, deployment.count));
  agenda.run(endMs);
  return { ends: ledger.ends, waitMs: ledger.waitMs, slots: ledger.slots, podMs: deployment.podMs };
}

/** Plans one request after the other, so that the agenda stays short. */
function send(times: readonly number[], agenda: Agenda, act: () => void, next = 0): void {
  if (next === times.length) return;
  agenda.at(times[next]!, () => {
    act();
    send(times, agenda, act, next + 1);
  });
}

const countOf = (ends: Readonly<Record<End, number>>): number => Object.values(ends).reduce((sum, n) => sum + n, 0);

/** Requests that were not answered in time, as a share of all. */
export function lostShare({ ends }: Pick<Trial, "ends">): number {
  const all = countOf(ends);
  return all === 0 ? 0 : 1 - ends.answered / all;
}

/** Randomness of a trial: one seed for when requests come, alike for every way, and one for all else. */
export const seedsOf = (seed: number): { readonly load: Prng; readonly rest: Prng } => ({
  load: seededPrng(2 * seed),
  rest: seededPrng(2 * seed + 1),
});
