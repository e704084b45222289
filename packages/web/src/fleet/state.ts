import type { Backend, DecisionMessage, Heartbeat, Result, StreamReport } from "@sluice/contracts";
import type { Slot } from "./history.ts";

/** Bounds on what a fleet's state holds; beyond them the newest comer is refused and counted. */
export const fleetBounds = {
  devices: 256,
  streams: 512,
  replicas: 128,
  /** Per stream. */
  decisions: 60,
  sends: 12,
  corrections: 8,
  nameChars: 63,
  /** After so many heartbeats' time without a sign of life a device is silent; after `forgetMs` it is gone. */
  missedHeartbeats: 3,
  forgetMs: 15 * 60_000,
  replicaForgetMs: 60_000,
} as const;

/** A decision without what its place in the state says already. */
export type Decision = Omit<DecisionMessage, "version" | "device" | "stream" | "signals">;
export type LocalResult = Extract<Result, { kind: "local" }>;

export interface Correction {
  readonly frame: number;
  readonly ageMs: number;
  readonly inTime: boolean;
  readonly boxes: number;
  /** The label, where the stream's models answer with one. */
  readonly label: string | null;
  readonly atMs: number;
}

export interface Stream {
  report: StreamReport;
  /** Newest last; a correction replaces the answer of the frame that it belongs to. */
  results: LocalResult[];
  decisions: Decision[];
  /** The decisions to send, which are rare, reach further back. */
  sends: Decision[];
  corrections: Correction[];
  slots: Slot[];
}

export interface Device {
  heartbeat: Heartbeat;
  /** When the last heartbeat came, and the usual time between two: on the clock of whoever keeps this state. */
  seenAtMs: number;
  gapMs: number;
  /** When another process last claimed to be this device. */
  twinAtMs: number | null;
  slots: Slot[];
  streams: Map<string, Stream>;
}

export interface Replica {
  backend: Backend;
  seenAtMs: number;
}

/** All that is known of a fleet. Times are monotonic milliseconds of the process that keeps it. */
export interface Fleet {
  /** Results remembered per stream: one for a console, enough to meet late pictures for a page. */
  readonly resultsKept: number;
  /** Whether the keeper is connected to its broker, and since when. */
  broker: { up: boolean; sinceMs: number };
  devices: Map<string, Device>;
  /** By model and replica. */
  replicas: Map<string, Replica>;
}

/** A fleet as JSON; `nowMs` is the keeper's clock at the time, so that a reader can go on counting on it. */
export interface Snapshot {
  readonly nowMs: number;
  readonly broker: Fleet["broker"];
  readonly devices: readonly (Omit<Device, "streams"> & { readonly streams: readonly Stream[] })[];
  readonly replicas: readonly Replica[];
}

export function emptyFleet(resultsKept: number, nowMs: number): Fleet {
  return { resultsKept, broker: { up: true, sinceMs: nowMs }, devices: new Map(), replicas: new Map() };
}

export function snapshotOf(fleet: Fleet, nowMs: number): Snapshot {
  const devices = [...fleet.devices.values()].map((d) => ({ ...d, streams: [...d.streams.values()] }));
  return { nowMs, broker: fleet.broker, devices, replicas: [...fleet.replicas.values()] };
}

export function fleetFrom(snapshot: Snapshot, resultsKept: number): Fleet {
  const devices = snapshot.devices.map((d): [string, Device] => [
    d.heartbeat.device,
    { ...d, streams: new Map(d.streams.map((s) => [s.report.name, s])) },
  ]);
  const replicas = snapshot.replicas.map((r): [string, Replica] => [replicaKey(r.backend), r]);
  return { resultsKept, broker: snapshot.broker, devices: new Map(devices), replicas: new Map(replicas) };
}

export const replicaKey = (backend: Backend): string => `${backend.model} ${backend.replica}`;
