import type { Fleet, Member } from "../fleet.ts";
import { type Bucket, fair, type Weather } from "./bucket.builder.ts";
import { Device } from "./device.builder.ts";
import type { Law } from "./law.builder.ts";
import { Operator } from "./operator.builder.ts";
import type { Surroundings } from "./surroundings.builder.ts";
import type { World } from "./world.builder.ts";

const devices = 7;
const burstBytes = 64_000;
/** Edits and revisions: how late an operator learns of the one, and how far back it knows the others. */
const editLagMs = 20_000;
const historyMs = 600_000;
const operatorSlots = 2;

interface Floored {
  readonly atMs: number;
  readonly members: readonly Member[];
}

/** The whole: a policy that is edited, devices, operators, and everything that can go wrong with them. */
export class Site {
  readonly devices: readonly Device[];
  #operators: (Operator | null)[] = Array.from({ length: operatorSlots }, () => null);
  #operatorsEver = 0;
  #members: Member[];
  #bytesPerSecond: number;
  #history: Floored[] = [];
  #calm = false;
  /** Wiping forgets what was counted and which floors were believed in, but for what revisions say. */
  wipes = 0;
  readonly #everlasting: boolean;
  readonly #world: World;
  readonly #law: Law;
  readonly #bucket: Bucket;
  readonly #place: Surroundings;

  constructor(place: Surroundings) {
    this.#world = place.world;
    this.#law = place.law;
    this.#bucket = place.bucket;
    this.#place = place;
    this.#everlasting = this.#world.chance(0.5);
    this.devices = Array.from({ length: devices }, (_, i) => new Device(`cam-${i + 1}`, place));
    for (const device of this.devices) device.burstsOfAll = devices * burstBytes;
    this.#law.devices = this.devices;
    this.#bytesPerSecond = this.#world.whole(50_000, 200_000);
    this.#members = this.devices.filter(() => this.#world.chance(0.8)).map((device) => this.#member(device.name));
    this.#remember();
    this.#startOperator(0, true);
    this.#later();
  }

  /** No more faults: everything that is down comes back, and stays. */
  calm(): void {
    this.#calm = true;
    this.#place.weather = fair;
    for (const device of this.devices) {
      device.start();
      if (device.line) this.#heal(device.line);
    }
    this.#operators.forEach((operator, slot) => slot > 0 && operator?.crash());
    this.#operators = [this.#operators[0] ?? null, null];
    if (!this.#operators[0]) this.#startOperator(0);
    this.#heal(this.#operators[0]!.line);
  }

  get terms(): number {
    return this.#operatorsEver;
  }

  get fleet(): Fleet {
    return { bytesPerSecond: this.#bytesPerSecond, burstBytes, members: this.#withFormer() };
  }

  #later(): void {
    this.#world.after(this.#world.between(0, 12_000), () => {
      if (this.#calm) return;
      this.#fault();
      this.#later();
    });
  }

  #fault(): void {
    const { pick, fault } = this.#faults();
    this.#world.tell(() => pick);
    fault();
    this.#law.check(() => pick);
  }

  #faults(): { pick: string; fault: () => void } {
    const device = this.#world.pick(this.devices);
    const slot = this.#world.whole(0, operatorSlots - 1);
    const operator = this.#operators[slot] ?? null;
    const faults: Record<string, () => void> = {
      bid: () => this.#rebid(device),
      idle: () => (device.idle = !device.idle),
      crash: () => this.#away(device, () => device.crash()),
      reboot: () => this.#away(device, () => device.reboot()),
      disk: () => this.#world.chance(0.2) && this.#away(device, () => device.loseDisk()),
      cut: () => device.line && this.#cut(device.line),
      weather: () => this.#storm(),
      budget: () => this.#world.chance(0.5) && this.#editBudget(),
      floors: () => this.#world.chance(0.3) && this.#editFloors(),
      join: () => this.#join(device),
      leave: () => this.#world.chance(0.5) && this.#leave(device),
      operator: () => (operator ? this.#stop(operator, slot) : this.#startOperator(slot)),
      pause: () => operator?.pause(this.#world.between(0, 90_000)),
      "operator cut": () => operator && this.#cut(operator.line),
      wipe: () => this.#everlasting && this.#world.chance(0.05) && this.#wipe(),
    };
    const pick = this.#world.pick(Object.keys(faults));
    return { pick: `${pick} ${device.name}`, fault: faults[pick]! };
  }

  #rebid(device: Device): void {
    const price = Math.exp(this.#world.between(-3, 3));
    device.bid = { price, atBytesPerSecond: device.believes(), demandBytesPerSecond: this.#world.whole(0, 200_000) };
  }

  #away(device: Device, fault: () => void): void {
    fault();
    const forMs = this.#world.chance(0.3) ? this.#world.between(0, 200_000) : this.#world.between(0, 15_000);
    this.#world.after(forMs, () => {
      device.start();
      this.#law.check(() => `${device.name} started`);
    });
  }

  #cut(line: { cut: boolean; resync(): void }): void {
    line.cut = true;
    this.#world.after(this.#world.chance(0.3) ? this.#world.between(0, 300_000) : this.#world.between(0, 30_000), () =>
      this.#heal(line),
    );
  }

  #heal(line: { cut: boolean; weather?: Weather; resync(): void }): void {
    line.cut = false;
    line.weather = this.#place.weather;
    line.resync();
  }

  #storm(): void {
    const bad = this.#world.chance(0.5);
    const weather = {
      lossShare: bad ? this.#world.between(0, 0.4) : 0,
      duplicateShare: bad ? this.#world.between(0, 0.3) : 0.01,
      slowShare: bad ? this.#world.between(0, 0.3) : 0.01,
      slowMs: this.#world.between(0, 120_000),
    };
    this.#place.weather = weather;
    for (const { line } of this.devices) if (line) line.weather = weather;
    for (const operator of this.#operators) if (operator) operator.line.weather = weather;
  }

  #startOperator(slot: number, virgin = false): void {
    const operator = new Operator(`op-${++this.#operatorsEver}`, this.#place, this.fleet, virgin);
    this.#operators[slot] = operator;
  }

  #stop(operator: Operator, slot: number): void {
    if (this.#world.chance(0.3)) operator.release();
    else operator.crash();
    this.#operators[slot] = null;
    if (slot === 0)
      this.#world.after(this.#world.between(0, 30_000), () => this.#operators[0] ?? this.#startOperator(0));
  }

  #wipe(): void {
    this.wipes++;
    this.#bucket.wipe();
  }

  #member(device: string): Member {
    const floor = this.#world.chance(0.1) ? this.#world.whole(0, 20_000) : this.#world.whole(0, 3_000);
    const cap = this.#world.chance(0.3) ? this.#world.whole(0, 100_000) : 1e9;
    return { device, floor, cap, weight: this.#world.whole(1, 4) };
  }

  #editBudget(): void {
    this.#bytesPerSecond = this.#world.whole(this.#world.chance(0.1) ? 2_000 : 30_000, 200_000);
    this.#publish();
  }

  #editFloors(): void {
    this.#members = this.#members.map(({ device }) => this.#member(device));
    this.#publish();
  }

  #join(device: Device): void {
    if (this.#members.some((member) => member.device === device.name)) return;
    this.#members.push(this.#member(device.name));
    this.#publish();
  }

  #leave(device: Device): void {
    this.#members = this.#members.filter((member) => member.device !== device.name);
    this.#publish();
  }

  #publish(): void {
    this.#remember();
    for (const operator of this.#operators) {
      // Late, but in order: an operator that learns of an edit knows what the policy is by then.
      this.#world.after(this.#world.between(0, editLagMs), () => operator?.edited(() => this.fleet));
    }
  }

  #remember(): void {
    this.#history.push({ atMs: this.#world.nowMs, members: this.#members });
    if (this.#everlasting) return;
    const from = this.#history.findLastIndex(({ atMs }) => atMs < this.#world.nowMs - historyMs);
    this.#history = this.#history.slice(Math.max(0, from));
  }

  /** The members, each with its largest floor of any kept revision; former members with nothing but that. */
  #withFormer(): Member[] {
    const former = new Map<string, number>();
    for (const { members } of this.#history) {
      for (const { device, floor } of members) former.set(device, Math.max(floor, former.get(device) ?? 0));
    }
    const current = this.#members.map((member) => ({ ...member, formerFloor: former.get(member.device)! }));
    const left = [...former].filter(([device]) => !this.#members.some((member) => member.device === device));
    return [...current, ...left.map(([device, formerFloor]) => ({ device, floor: 0, cap: 0, weight: 1, formerFloor }))];
  }
}
