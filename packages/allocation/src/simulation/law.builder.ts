import { tolerated } from "./timing.builder.ts";
import type { World } from "./world.builder.ts";

export class Violation extends Error {
  override readonly name = "Violation";
}

/** A device as the law sees it: not by what it says, but by what it would do. */
export interface Holder {
  readonly name: string;
  /** Bytes a second. */
  believes(): number;
  readonly floor: number;
  readonly meteredBytes: number;
  describe(): string;
}

/** Budgets that are or may still be in force: until when, infinity while an operator knows no other. */
interface Known {
  readonly bytesPerSecond: number;
  untilMs: number;
}

/**
 * What must hold at every moment, judged by true time and by what devices really believe:
 * rates together never exceed the budget; bytes in any window never exceed budget × window + the sum of bursts; nothing
 * is counted that was not sent.
 *
 * After an operator learns of a smaller budget, leases of the larger one live on for at most one lease. Where the floors
 * that devices believe in exceed a budget that was cut, nobody holds more than its floor.
 */
export class Law {
  devices: readonly Holder[] = [];
  /** Largest share of the budget that was ever held, to see that the test is a sharp one. */
  fullest = 0;
  #levelBytes = 0;
  #settledMs = 0;
  readonly #known: Known[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** An operator goes by this budget from now on. */
  learn(bytesPerSecond: number): Known {
    this.#settle();
    const known = { bytesPerSecond, untilMs: Number.POSITIVE_INFINITY };
    this.#known.push(known);
    return known;
  }

  /** It does not any more; what it handed out lives on for a while. */
  forget(known: Known): void {
    known.untilMs = this.#world.nowMs + tolerated.leaseMs;
    this.#world.after(tolerated.leaseMs, () => {
      this.#settle();
      this.#known.splice(this.#known.indexOf(known), 1);
    });
  }

  /** Called whenever a device may have come to believe in more. */
  check(why: () => string): void {
    const held = this.devices.reduce((sum, device) => sum + device.believes(), 0);
    const limit = this.#limit();
    this.fullest = Math.max(this.fullest, held / Math.max(1, limit));
    if (held > limit) this.#broken(`${held} B/s held of ${limit} after ${why()}`);
  }

  /** A device put bytes on the wire. */
  sent(bytes: number, burstsBytes: number): void {
    this.#settle();
    this.#levelBytes += bytes;
    const over = this.#levelBytes - burstsBytes - 1;
    if (over > 0) this.#broken(`${over} bytes sent above budget × window + bursts`);
  }

  counted(device: string, countedBytes: number, sentBytes: number): void {
    if (countedBytes > sentBytes) this.#broken(`${device}: ${countedBytes} bytes counted of ${sentBytes} sent`);
  }

  /** Every device of the simulation counts truly. */
  doubted(device: string, doubt: string | null): void {
    if (doubt !== null) this.#broken(`${device} is doubted without reason: ${doubt}`);
  }

  #limit(): number {
    const floors = this.devices.reduce((sum, device) => sum + device.floor, 0);
    return this.#known.reduce((most, { bytesPerSecond }) => Math.max(most, bytesPerSecond), floors);
  }

  /** No window sees more than rate × window + burst if and only if a bucket of that size that leaks at that rate never overflows. */
  #settle(): void {
    const passedMs = this.#world.nowMs - this.#settledMs;
    const leaked = (this.#limit() * tolerated.speed * passedMs) / 1_000;
    this.#levelBytes = Math.max(0, this.#levelBytes - leaked);
    this.#settledMs = this.#world.nowMs;
  }

  #broken(what: string): never {
    const holders = this.devices.map((device) => `  ${device.describe()}`).join("\n");
    throw new Violation(`${what}\n${holders}\n${this.#world.story}`);
  }
}
