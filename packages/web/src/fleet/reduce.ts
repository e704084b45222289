import type { Backend, DecisionMessage, Heartbeat, Result, StreamReport } from "@sluice/contracts";
import { book } from "./history.ts";
import { type Device, type Fleet, fleetBounds, replicaKey, type Stream } from "./state.ts";

/** What became of a message: `unknown` names a device or stream that no heartbeat has introduced. */
export type Fate = "applied" | "unknown" | "full" | "twin" | "name";

const gapBounds = { firstMs: 2_000, minMs: 500, maxMs: 20_000 } as const;

const silentAfterMs = (device: Device): number => device.gapMs * fleetBounds.missedHeartbeats;

/** Time for which a device could have been heard and was not: while the broker is away, nobody can be. */
function unheardMs({ broker }: Fleet, device: Device, nowMs: number): number {
  if (!broker.up) return broker.sinceMs - device.seenAtMs;
  return nowMs - Math.max(device.seenAtMs, broker.sinceMs);
}

export const isSilent = (fleet: Fleet, device: Device, nowMs: number): boolean =>
  unheardMs(fleet, device, nowMs) > silentAfterMs(device);

/** Books a sign of life. Counters are taken as differences within one run of the device, never across a restart. */
export function applyHeartbeat(fleet: Fleet, heartbeat: Heartbeat, nowMs: number): Fate {
  if (!isName(heartbeat.device) || !heartbeat.streams.every((s) => isName(s.name))) return "name";
  const known = fleet.devices.get(heartbeat.device);
  if (!fits(fleet, known, heartbeat)) return "full";
  if (!known) {
    fleet.devices.set(heartbeat.device, newDevice(heartbeat, nowMs));
    return "applied";
  }
  if (heartbeat.startedAtMs < known.heartbeat.startedAtMs && !isSilent(fleet, known, nowMs)) {
    known.twinAtMs = nowMs;
    return "twin";
  }
  advance(known, heartbeat, nowMs);
  return "applied";
}

const isName = (text: string) => text.length > 0 && text.length <= fleetBounds.nameChars;

function fits(fleet: Fleet, known: Device | undefined, heartbeat: Heartbeat): boolean {
  if (!known && fleet.devices.size >= fleetBounds.devices) return false;
  const others = [...fleet.devices.values()].reduce((n, d) => n + (d === known ? 0 : d.streams.size), 0);
  return others + heartbeat.streams.length <= fleetBounds.streams;
}

function newDevice(heartbeat: Heartbeat, nowMs: number): Device {
  const streams = new Map(heartbeat.streams.map((report) => [report.name, newStream(report)]));
  return { heartbeat, seenAtMs: nowMs, gapMs: gapBounds.firstMs, twinAtMs: null, slots: [], streams };
}

const newStream = (report: StreamReport): Stream => ({
  report,
  results: [],
  decisions: [],
  sends: [],
  corrections: [],
  slots: [],
});

function advance(device: Device, heartbeat: Heartbeat, nowMs: number): void {
  const before = device.heartbeat;
  const restarted = heartbeat.startedAtMs !== before.startedAtMs;
  const allowed = heartbeat.budget.bytesPerSecond;
  const spent = growth(restarted ? 0 : before.budget.spentBytes, heartbeat.budget.spentBytes);
  book(device.slots, device.seenAtMs, nowMs, spent, allowed);
  const streams = heartbeat.streams.map((report): [string, Stream] => {
    const known = device.streams.get(report.name);
    const stream = known && !restarted ? known : { ...newStream(report), slots: known?.slots ?? [] };
    const bytes = growth(restarted || !known ? 0 : known.report.bytes, report.bytes);
    book(stream.slots, device.seenAtMs, nowMs, bytes, allowed);
    return [report.name, Object.assign(stream, { report })];
  });
  device.streams = new Map(streams);
  if (!restarted) device.gapMs = usualGapMs(device.gapMs, nowMs - device.seenAtMs);
  device.heartbeat = heartbeat;
  device.seenAtMs = nowMs;
}

/** A counter that fell without a restart says nothing: it counts as no growth, never as a negative one. */
const growth = (before: number, after: number) => Math.max(0, after - before);

/** Moves a fifth of the way to what was just observed, but one long silence must not teach that silence is usual. */
function usualGapMs(gapMs: number, observedMs: number): number {
  const believable = Math.min(observedMs, gapMs * fleetBounds.missedHeartbeats);
  return Math.min(gapBounds.maxMs, Math.max(gapBounds.minMs, 0.8 * gapMs + 0.2 * believable));
}

export function applyDecision(fleet: Fleet, message: DecisionMessage): Fate {
  const stream = fleet.devices.get(message.device)?.streams.get(message.stream);
  if (!stream) return "unknown";
  const { version: _v, device: _d, stream: _s, signals: _n, ...decision } = message;
  keep(stream.decisions, decision, fleetBounds.decisions);
  if (decision.action === "send") keep(stream.sends, decision, fleetBounds.sends);
  return "applied";
}

export function applyResult(fleet: Fleet, result: Result, nowMs: number): Fate {
  const stream = fleet.devices.get(result.device)?.streams.get(result.stream);
  if (!stream) return "unknown";
  if (result.kind === "local") {
    keep(stream.results, result, fleet.resultsKept);
    return "applied";
  }
  const { frame, ageMs, inTime, answer } = result;
  const [boxes, label] = [answer.boxes.length, labelIn(result)];
  keep(stream.corrections, { frame, ageMs, inTime, boxes, label, atMs: nowMs }, fleetBounds.corrections);
  const corrected = stream.results.findLastIndex((r) => r.frame === frame);
  if (corrected >= 0) stream.results[corrected] = { ...stream.results[corrected]!, answer };
  return "applied";
}

function labelIn({ task, answer }: Result): string | null {
  const best = answer.boxes[0];
  return task === "classification" && best ? (answer.classes[best[5]] ?? null) : null;
}

function keep<T>(items: T[], item: T, most: number): void {
  items.push(item);
  if (items.length > most) items.shift();
}

export function applyBackend(fleet: Fleet, backend: Backend, nowMs: number): Fate {
  const key = replicaKey(backend);
  if (!fleet.replicas.has(key) && fleet.replicas.size >= fleetBounds.replicas) return "full";
  fleet.replicas.set(key, { backend, seenAtMs: nowMs });
  return "applied";
}

export function setBroker(fleet: Fleet, up: boolean, nowMs: number): void {
  if (up !== fleet.broker.up) fleet.broker = { up, sinceMs: nowMs };
}

/** Forgets devices and replicas that have been silent for long. */
export function forget(fleet: Fleet, nowMs: number): void {
  for (const [name, device] of fleet.devices) {
    if (unheardMs(fleet, device, nowMs) > fleetBounds.forgetMs) fleet.devices.delete(name);
  }
  for (const [key, replica] of fleet.replicas) {
    if (nowMs - replica.seenAtMs > fleetBounds.replicaForgetMs) fleet.replicas.delete(key);
  }
}
