import type { ReplicaLoad } from "@sluice/batching";
import type { Prng } from "@sluice/foundation";
import type { Agenda } from "./agenda.ts";
import type { Use } from "./autoscaler.ts";
import type { Replica, Request } from "./replica.ts";

/** How long it takes Kubernetes until a container's process starts, its image being there, and how often it asks for readiness. */
const containerMs = 2_000;
const probeMs = 5_000;
/** How often metrics-server reads the kubelets (`--metric-resolution`). A pod's use is the mean between two readings. */
export const resolutionMs = 15_000;

interface Pod {
  readonly createdMs: number;
  /** Absent until it takes requests. */
  replica?: Replica;
  /** When it was found ready; what a CPU metric says of it counts from a whole window later on. */
  readyMs?: number;
  isLeaving: boolean;
  cpuMs: number;
  use?: number;
}

export interface DeploymentParts {
  readonly agenda: Agenda;
  readonly prng: Prng;
  /** From the start of a replica's process until it takes requests. */
  readonly startMs: number;
  readonly makeReplica: () => Replica;
}

/** The pods of a backend, and the broker that gives each request to any of those that take some. */
export class Deployment {
  readonly #parts: DeploymentParts;
  readonly #pods: Pod[] = [];
  #endedMs = 0;

  constructor(parts: DeploymentParts, replicas: number) {
    this.#parts = parts;
    for (let i = 0; i < replicas; i++) this.#serve(this.#create());
    parts.agenda.every(resolutionMs, parts.prng.next() * resolutionMs, () => this.#measure());
  }

  /** Pods that exist and are not leaving, whether they take requests yet or not. */
  get count(): number {
    return this.#staying.length;
  }

  /** Pods that take requests. */
  get serving(): number {
    return this.#staying.filter(({ replica }) => replica).length;
  }

  /** What each replica that takes requests says of itself. */
  get loads(): ReplicaLoad[] {
    return this.#staying.flatMap(({ replica }) => (replica ? [replica.load] : []));
  }

  /** What metrics-server says of each pod. */
  get uses(): Use[] {
    return this.#staying.map(({ use }) => use);
  }

  /** Time that pods have existed for, all together: what is paid for. */
  get podMs(): number {
    const { nowMs } = this.#parts.agenda;
    return this.#pods.reduce((sum, { createdMs }) => sum + nowMs - createdMs, this.#endedMs);
  }

  scaleTo(count: number): void {
    const { agenda } = this.#parts;
    while (this.count < count) {
      const pod = this.#create();
      agenda.after(containerMs + this.#parts.startMs, () => this.#serve(pod));
    }
    for (const pod of this.#staying.slice(count)) this.#leave(pod);
  }

  /** False if nobody takes requests. */
  give(request: Request): boolean {
    const takers = this.#staying.filter(({ replica }) => replica);
    const taker = takers[Math.floor(this.#parts.prng.next() * takers.length)];
    taker?.replica!.admit(request);
    return taker !== undefined;
  }

  /** Oldest first: those that came last leave first. */
  get #staying(): Pod[] {
    return this.#pods.filter(({ isLeaving }) => !isLeaving);
  }

  #create(): Pod {
    const pod: Pod = { createdMs: this.#parts.agenda.nowMs, isLeaving: false, cpuMs: 0 };
    this.#pods.push(pod);
    return pod;
  }

  #serve(pod: Pod): void {
    if (pod.isLeaving) return;
    const { agenda, prng, makeReplica } = this.#parts;
    pod.replica = makeReplica();
    pod.readyMs = agenda.nowMs + (agenda.nowMs === 0 ? -resolutionMs : prng.next() * probeMs);
  }

  #leave(pod: Pod): void {
    pod.isLeaving = true;
    if (pod.replica) pod.replica.drain(() => this.#gone(pod));
    else this.#gone(pod);
  }

  #gone(pod: Pod): void {
    this.#endedMs += this.#parts.agenda.nowMs - pod.createdMs;
    this.#pods.splice(this.#pods.indexOf(pod), 1);
  }

  #measure(): void {
    const { nowMs } = this.#parts.agenda;
    for (const pod of this.#pods) {
      const { replica, readyMs } = pod;
      if (!replica || readyMs === undefined) continue;
      const cpuMs = replica.cpuMs;
      if (nowMs >= readyMs + resolutionMs) pod.use = (cpuMs - pod.cpuMs) / resolutionMs;
      pod.cpuMs = cpuMs;
    }
  }
}
