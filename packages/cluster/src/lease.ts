import type { KubeObject } from "./resource.ts";
import { builtIn } from "./resource.ts";

/** `coordination.k8s.io/v1` Lease. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number | null;
  };
}

export const leases = builtIn<Lease>({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
});

/** A record that claims more is not believed: it would keep everybody out for as long as it likes. */
const longestLeaseMs = 60_000;

export const holderOf = (lease: Lease | undefined): string => lease?.spec?.holderIdentity ?? "";

/**
 * Whether others still hold a lease, judged by this machine's monotonic clock alone: it runs out so long after this
 * machine last saw it change. The times inside the lease are other machines' and prove nothing.
 */
export class LeaseWatch {
  #version: string | undefined;
  #changedAtMs = 0;

  /** Takes in the lease as read at `nowMs`; true where somebody else may still believe to hold it. */
  heldByOther(lease: Lease, identity: string, ownLeaseMs: number, nowMs: number): boolean {
    if (lease.metadata.resourceVersion !== this.#version) {
      this.#version = lease.metadata.resourceVersion;
      this.#changedAtMs = nowMs;
    }
    const holder = holderOf(lease);
    if (holder === "" || holder === identity) return false;
    const claimedMs = 1_000 * (lease.spec?.leaseDurationSeconds ?? 0);
    const leaseMs = Math.min(longestLeaseMs, Math.max(ownLeaseMs, claimedMs));
    return nowMs < this.#changedAtMs + leaseMs;
  }
}

/** The lease as `identity` wants to hold it from now on; CAS on the version of `before`. */
export function claim(before: Lease, identity: string, leaseMs: number, nowMs: number): Lease {
  const now = microTime(nowMs);
  const renewed = holderOf(before) === identity;
  const transitions = before.spec?.leaseTransitions ?? 0;
  return {
    ...before,
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1_000),
      acquireTime: (renewed && before.spec?.acquireTime) || now,
      renewTime: now,
      leaseTransitions: renewed ? transitions : transitions + 1,
    },
  };
}

/** Free for whoever comes next. */
export function released(before: Lease, nowMs: number): Lease {
  return {
    ...before,
    spec: { ...before.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(nowMs) },
  };
}

/** `metav1.MicroTime`: exactly six digits. */
const microTime = (wallMs: number): string => new Date(wallMs).toISOString().replace("Z", "000Z");
