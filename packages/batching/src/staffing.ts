import { invariant } from "@sluice/foundation";
import type { Load } from "./workload.ts";

/** What one replica says of itself. */
export interface ReplicaLoad extends Load {
  /** Requests that wait in it. */
  readonly queued: number;
  /** Batches that it computes at once. */
  readonly workers: number;
}

export interface StaffingAim {
  /** Time that a request should wait, on average. */
  readonly targetDelayMs: number;
  /** How soon replicas that are added now could help: a backlog need not be gone before. */
  readonly reactMs: number;
}

/** Fuller than that no worker is planned, since a rate is never known exactly; nor emptier, as that buys hardly anything. */
export const fullest = 0.85;
export const emptiest = 0.3;

/**
 * Share of its time that a worker may be busy so that requests wait `targetDelayMs` on average.
 *
 * The broker gives each request to a replica at random, so each worker is a queue of its own with Poisson arrivals, whose mean
 * wait by Pollaczek and Khinchine is `W = ρ / (1 - ρ) · S · (1 + c²) / 2` (Kleinrock, Queueing Systems I, 1975, section 5.6).
 * Service times are taken to vary like exponential ones, c = 1. They vary less; that leaves room for arrivals that come
 * in bursts, as they do when several cameras see the same thing. Solved for ρ: `T / (T + S)`.
 */
export function utilisationFor(targetDelayMs: number, serviceMs: number): number {
  invariant(targetDelayMs >= 0 && serviceMs >= 0, "times are not negative");
  if (serviceMs === 0) return fullest;
  return Math.min(fullest, Math.max(emptiest, targetDelayMs / (targetDelayMs + serviceMs)));
}

/**
 * Replicas that a load needs, not rounded: `(λ·S / ρ + B·S / R) / w`, with `λ·S` the work that arrives (in workers), ρ from
 * {@link utilisationFor}, `B` the requests that wait beyond the `λ·T` that would at the target (Little's law), `R` the time
 * in which they should be gone, and `w` the workers of a replica. Undefined where what a request costs is not known yet.
 */
export function replicasNeeded(replicas: readonly ReplicaLoad[], aim: StaffingAim): number | undefined {
  const perSecond = sum(replicas.map(({ arrivalsPerSecond }) => arrivalsPerSecond));
  const queued = sum(replicas.map((replica) => replica.queued));
  if (perSecond === 0 && queued === 0) return 0;
  const serviceMs = meanServiceMs(replicas);
  if (serviceMs === undefined) return undefined;
  const { targetDelayMs, reactMs } = aim;
  const busy = (perSecond * serviceMs) / 1_000 / utilisationFor(targetDelayMs, serviceMs);
  const beyond = Math.max(0, queued - (perSecond * targetDelayMs) / 1_000);
  const drain = (beyond * serviceMs) / Math.max(targetDelayMs, reactMs);
  const workers = sum(replicas.map((replica) => replica.workers)) / replicas.length;
  return (busy + drain) / workers;
}

/** Each replica's cost by how much is asked of it; those that do not know theirs are taken to be like the others. */
function meanServiceMs(replicas: readonly ReplicaLoad[]): number | undefined {
  const known = replicas.filter(
    (replica): replica is ReplicaLoad & { serviceMs: number } => replica.serviceMs !== null,
  );
  if (known.length === 0) return undefined;
  const asked = sum(known.map(({ arrivalsPerSecond }) => arrivalsPerSecond));
  if (asked === 0) return sum(known.map(({ serviceMs }) => serviceMs)) / known.length;
  // Shares first: a tiny rate times a tiny cost would be no number that divides well.
  return sum(known.map(({ arrivalsPerSecond, serviceMs }) => (arrivalsPerSecond / asked) * serviceMs));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
