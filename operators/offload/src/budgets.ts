import type { Fleet, Overview } from "@sluice/allocation";
import { sameJson } from "@sluice/cluster";
import type { SluiceError } from "@sluice/contracts";
import type { Clock, Prng } from "@sluice/foundation";
import type { Link } from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
import { LeaseDesk } from "./leases/desk.ts";
import { tellFigures } from "./leases/figures.ts";
import { type LeaseBucket, openLeaseBucket } from "./leases/lease-bucket.ts";
import type { Budgets } from "./ports.ts";

export interface DesksOptions {
  readonly link: Link;
  readonly replicas: number;
  readonly operator: string;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly metrics: Metrics;
  readonly onProblem: (problem: SluiceError) => void;
  /** What a device says it sent has become doubtful, or is so no more. */
  readonly onDoubt: (device: string) => void;
}

/** Scrapes come no faster. */
const tellEveryMs = 5_000;
const nobody: Fleet = { bytesPerSecond: 0, burstBytes: 0, members: [] };

/** One desk for each policy, opened when it first grants something. */
export class Desks implements Budgets {
  readonly #desks = new Map<string, { desk: LeaseDesk; fleet: Fleet }>();
  readonly #bucket: LeaseBucket;
  readonly #options: DesksOptions;
  #cancel = () => {};

  constructor(options: DesksOptions) {
    this.#options = options;
    this.#bucket = openLeaseBucket(options.link, options.replicas);
    this.#tell();
  }

  grant(policy: string, fleet: Fleet, virgin: boolean): void {
    const known = this.#desks.get(policy);
    if (known?.fleet === fleet) return;
    if (known && !sameJson(known.fleet, fleet)) known.desk.setFleet(fleet);
    const desk = known?.desk ?? new LeaseDesk({ ...this.#options, bucket: this.#bucket, policy, fleet, virgin });
    this.#desks.set(policy, { desk, fleet });
  }

  /**
   * Takes everything back. True once nobody holds more than a floor: that a device keeps when it is alone, until it hears
   * that it has no policy, and the bucket remembers it should a policy of the same name come.
   */
  withdraw(policy: string): boolean {
    this.grant(policy, nobody, false);
    const leases = this.overview(policy)?.leases();
    if (!leases?.every(({ bytesPerSecond, floorBytesPerSecond }) => bytesPerSecond <= floorBytesPerSecond))
      return false;
    void this.#desks.get(policy)?.desk.close();
    this.#desks.delete(policy);
    tellFigures(this.#options.metrics, policy, null, nobody);
    return true;
  }

  lost(policy: string): boolean {
    return this.#desks.get(policy)?.desk.state.lost ?? false;
  }

  doubt(policy: string, device: string): string | null {
    return this.#desks.get(policy)?.desk.doubt(device) ?? null;
  }

  overview(policy: string): Overview | null {
    return this.#desks.get(policy)?.desk.state.overview ?? null;
  }

  /** Hands out nothing more, so that the next leader need not wait. */
  async close(): Promise<void> {
    this.#cancel();
    for (const policy of this.#desks.keys()) tellFigures(this.#options.metrics, policy, null, nobody);
    await Promise.all([...this.#desks.values()].map(({ desk }) => desk.close()));
    this.#desks.clear();
    this.#bucket.close();
  }

  #tell(): void {
    const { metrics, clock } = this.#options;
    for (const [policy, { desk, fleet }] of this.#desks) tellFigures(metrics, policy, desk.state.overview, fleet);
    this.#cancel = clock.after(tellEveryMs, () => this.#tell());
  }
}
