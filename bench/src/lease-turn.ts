import { Allocator, type Fleet } from "@sluice/allocation";
import { type Lease, type LeaseReport, versionOfWire } from "@sluice/contracts";
import { type Prng, seededPrng } from "@sluice/foundation";
import type { Findings, Measure } from "./measure.ts";
import { median, middleHalf } from "./statistics.ts";

const size = 10_000;
const bytesEach = 25_000;
const rounds = 15;
/** Devices whose report comes between two splits of the budget: all within ten seconds, a split every two. */
const reporting = size / 5;
const targets = { planMs: 50, reportsMs: 200 };

/** What an operator's desk computes for a large fleet: a split of the budget as leases, and taking in and answering reports. */
export async function leaseTurn(): Promise<Findings> {
  const fleet = fleetOf();
  const allocator = new Allocator({ policy: "gate", term: 1, quietUntilMs: 0, records: [], fleet });
  const devices = fleet.members.map(({ device }) => new Teller(device, seededPrng(device.length)));
  const took = { plan: [] as number[], reports: [] as number[] };
  for (let round = 0; round < 2 * rounds; round++) {
    const now = { monotonicMs: 2_000 * round, wallMs: 1_800_000_000_000 + 2_000 * round };
    const due = round === 0 ? devices : devices.filter((_, i) => i % 5 === round % 5);
    const reports = due.map((device) => device.report(now.monotonicMs));
    took.reports.push(timed(() => reports.forEach((report) => allocator.hear(report, now))));
    let leases: Lease[] = [];
    took.plan.push(timed(() => (leases = allocator.rebalance(now))));
    took.reports[round]! += timed(() => leases.push(...allocator.answer(now)));
    for (const lease of leases) devices[Number(lease.device.slice(4))]!.take(lease);
  }
  return {
    setting: { devices: size, reporting: `${reporting} between two splits`, rounds },
    measures: [
      measure("a split of the budget, as leases", took.plan.slice(rounds), targets.planMs),
      measure("hearing and answering reports", took.reports.slice(rounds), targets.reportsMs),
    ],
  };
}

const measure = (name: string, tookMs: number[], atMost: number): Measure => ({
  name,
  value: median(tookMs),
  spread: middleHalf(tookMs),
  unit: "ms",
  target: { atMost },
});

function timed(act: () => unknown): number {
  const startMs = performance.now();
  act();
  return performance.now() - startMs;
}

const fleetOf = (): Fleet => ({
  bytesPerSecond: size * bytesEach,
  burstBytes: 65_536,
  members: Array.from({ length: size }, (_, i) => ({
    device: `cam-${i}`,
    floor: 1_000,
    cap: 20 * bytesEach,
    weight: 1 + (i % 3),
  })),
});

/** A device that takes every lease at once and changes its mind now and then. */
class Teller {
  #price = 1e-5;
  #held = { term: 0, epoch: 0, bytesPerSecond: 0, floorBytesPerSecond: 0 };
  readonly #device: string;
  readonly #prng: Prng;

  constructor(device: string, prng: Prng) {
    this.#device = device;
    this.#prng = prng;
  }

  take({ term, epoch, bytesPerSecond, floorBytesPerSecond }: Lease): void {
    this.#held = { term, epoch, bytesPerSecond, floorBytesPerSecond };
  }

  report(sentMs: number): LeaseReport {
    if (this.#prng.next() < 0.2) this.#price = Math.exp(4 * this.#prng.next()) * 1e-6;
    const { bytesPerSecond } = this.#held;
    return {
      version: versionOfWire,
      policy: "gate",
      device: this.#device,
      run: "run",
      sentMs: sentMs + 1,
      term: 1,
      held: this.#held,
      bid: { price: this.#price, atBytesPerSecond: bytesPerSecond, demandBytesPerSecond: 20 * bytesEach },
      idle: false,
      meter: { id: "meter", bytes: sentMs, countedBytes: 0 },
    };
  }
}
