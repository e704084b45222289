import type { StreamReport } from "@sluice/contracts";
import { pooled } from "@sluice/foundation";
import type { Fleet } from "./state.ts";

/** Agreement with the cloud of one stream or of all: means with what lies to either side of them; null while unknown. */
export interface Agreement {
  readonly samples: number;
  readonly missing: number;
  readonly local: number | null;
  readonly localHalfWidth: number | null;
  readonly corrected: number | null;
  readonly correctedHalfWidth: number | null;
}

type Reported = StreamReport["agreement"];

export const agreementOf = (report: Reported): Agreement => merged([report]);

/** Of the whole fleet: the mean over all frames, each stream weighted by those that its audits stand for. */
export const fleetAgreement = (fleet: Fleet): Agreement =>
  merged([...fleet.devices.values()].flatMap((d) => [...d.streams.values()].map((s) => s.report.agreement)));

function merged(reports: readonly Reported[]): Agreement {
  // A device of before says how many replies it has, not how many frames they stand for.
  const parts = reports.map((r) => ({ ...r, weight: r.frames ?? r.samples }));
  const local = pooled(parts.map((r) => ({ weight: r.weight, mean: r.local, halfWidth: r.localHalfWidth ?? null })));
  const corrected = pooled(
    parts.map((r) => ({ weight: r.weight, mean: r.corrected, halfWidth: r.correctedHalfWidth ?? null })),
  );
  return {
    samples: reports.reduce((n, r) => n + r.samples, 0),
    missing: reports.reduce((n, r) => n + (r.missing ?? 0), 0),
    local: local.mean,
    localHalfWidth: local.halfWidth,
    corrected: corrected.mean,
    correctedHalfWidth: corrected.halfWidth,
  };
}
