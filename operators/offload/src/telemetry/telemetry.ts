import type { Backend, Heartbeat } from "@sluice/contracts";
import type { Reading } from "@sluice/rollout";
import { readingsOf, type Tally, tallied } from "./readings.ts";

/** A device that misses three heartbeats in a row is taken for offline; they come every 2 s, or less often where bytes lack. */
export const silentAfterMs = 6_500;
const usualGapMs = 2_000;
const longestGapMs = 12_000;
/** A replica that has not advertised itself for so long is gone. */
export const replicaSilentMs = 10_000;
/** For so long a device counts as wanting a model: twice the longest pause between two frames that find nobody. */
export const unservedForMs = 60_000;
/** Devices that are remembered, those that no object names included; more are counted and not heard. */
export const devicesBound = 20_000;
export const replicasBound = 10_000;

/** A device as it was heard last. */
export interface Heard {
  readonly heartbeat: Heartbeat;
  /** On the operator's monotonic clock. */
  readonly heardMs: number;
  /** Between its last two heartbeats. */
  readonly gapMs: number;
  readonly tally: Tally;
  /** When it was heard last that frames went out while no replica was there to answer them; never: -∞. */
  readonly unservedMs: number;
  /** What a gate can read off it, once somebody has asked. */
  readings?: Readonly<Record<string, Reading>>;
}

/** What one message did: something that a reconciliation should look at, nothing of note, or it found no room. */
export type Fate = "news" | "same" | "stale" | "full";

/** What devices and replicas say of themselves. It keeps the last word of each and sums up what gates ask for. */
export class Telemetry {
  readonly #devices = new Map<string, Heard>();
  readonly #replicas = new Map<string, { backend: Backend; heardMs: number }>();
  #listeningSinceMs: number | null = null;

  /** The broker is connected, or it is not. */
  connected(up: boolean, nowMs: number): void {
    this.#listeningSinceMs = up ? (this.#listeningSinceMs ?? nowMs) : null;
  }

  /** Whether who is silent is known: everybody had the time to be heard. */
  settled(nowMs: number): boolean {
    return this.#listeningSinceMs !== null && nowMs - this.#listeningSinceMs >= silentAfterMs;
  }

  hear(heartbeat: Heartbeat, nowMs: number): Fate {
    const before = this.#devices.get(heartbeat.device);
    if (!before && this.#devices.size >= devicesBound) return "full";
    if (before && isStale(before.heartbeat, heartbeat) && this.#online(before, nowMs)) return "stale";
    const tally = tallied(before?.tally, heartbeat);
    const gapMs = Math.min(longestGapMs, Math.max(usualGapMs, before ? nowMs - before.heardMs : 0));
    const unservedMs = asksInVain(before?.heartbeat, heartbeat)
      ? nowMs
      : (before?.unservedMs ?? Number.NEGATIVE_INFINITY);
    this.#devices.set(heartbeat.device, { heartbeat, heardMs: nowMs, gapMs, tally, unservedMs });
    return before && this.#online(before, nowMs) && says(before.heartbeat) === says(heartbeat) ? "same" : "news";
  }

  hearReplica(backend: Backend, nowMs: number): Fate {
    const key = `${backend.model}/${backend.replica}`;
    const before = this.#replicas.get(key);
    if (!before && this.#replicas.size >= replicasBound) return "full";
    this.#replicas.set(key, { backend, heardMs: nowMs });
    const same = before && nowMs - before.heardMs < replicaSilentMs && sameReplica(before.backend, backend);
    return same ? "same" : "news";
  }

  device(name: string): Heard | undefined {
    return this.#devices.get(name);
  }

  /** Every device that was ever heard, those that nobody registered included. */
  devices(): IterableIterator<[string, Heard]> {
    return this.#devices.entries();
  }

  /** How many devices are online. */
  onlineCount(nowMs: number): number {
    return [...this.#devices.values()].filter((heard) => this.#online(heard, nowMs)).length;
  }

  online(name: string, nowMs: number): boolean {
    const heard = this.#devices.get(name);
    return heard !== undefined && this.#online(heard, nowMs);
  }

  readings(name: string): Readonly<Record<string, Reading>> {
    const heard = this.#devices.get(name);
    if (!heard) return {};
    heard.readings ??= readingsOf(heard.tally, heard.heartbeat);
    return heard.readings;
  }

  /** Replicas that serve `model` and were heard of late. */
  replicas(model: string, nowMs: number): Backend[] {
    return [...this.#replicas.values()]
      .filter(({ backend, heardMs }) => backend.model === model && nowMs - heardMs < replicaSilentMs)
      .map(({ backend }) => backend);
  }

  /** How many devices have of late sent frames to each model while no replica of it was there. */
  unserved(nowMs: number): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { heartbeat, unservedMs } of this.#devices.values()) {
      if (nowMs - unservedMs >= unservedForMs) continue;
      const { model } = heartbeat.uplink;
      counts.set(model, (counts.get(model) ?? 0) + 1);
    }
    return counts;
  }

  /** Names of devices that fell silent since this was asked last; forgets replicas that are gone for long. */
  fallenSilent(nowMs: number, sinceMs: number): string[] {
    for (const [key, { heardMs }] of this.#replicas) {
      if (nowMs - heardMs > 6 * replicaSilentMs) this.#replicas.delete(key);
    }
    return [...this.#devices]
      .filter(([, heard]) => this.#online(heard, sinceMs) && !this.#online(heard, nowMs))
      .map(([name]) => name);
  }

  #online({ heardMs, gapMs }: Heard, nowMs: number): boolean {
    return nowMs - heardMs < (silentAfterMs * gapMs) / usualGapMs;
  }
}

const sameReplica = (a: Backend, b: Backend): boolean => a.draining === b.draining && a.digest === b.digest;

/** An older run of the daemon, or an older word of the same run. */
const isStale = (known: Heartbeat, { startedAtMs, atMs }: Heartbeat): boolean =>
  startedAtMs < known.startedAtMs || (startedAtMs === known.startedAtMs && atMs < known.atMs);

const sentOf = ({ streams }: Heartbeat): number => streams.reduce((sum, { sent }) => sum + sent, 0);

/** A device that finds no replica soon sends a single frame now and then, which is how it is heard that one is wanted. */
function asksInVain(before: Heartbeat | undefined, now: Heartbeat): boolean {
  if (now.uplink.state !== "connected" || now.uplink.backend === "available") return false;
  const isSameRun = before?.startedAtMs === now.startedAtMs;
  return sentOf(now) > (isSameRun ? sentOf(before) : 0);
}

/** What a reconciliation acts on at once; figures wait until it looks again by itself. */
const says = ({ policy, refused, masks, model, lease }: Heartbeat): string =>
  [policy?.name, policy?.revision, refused?.revision, refused?.reason, masks, model.digest, isLeased(lease)].join("\n");

const isLeased = (lease: Heartbeat["lease"]): boolean => lease != null && lease.epoch > 0;
