import type { Heartbeat } from "@sluice/contracts";
import type { Reading } from "@sluice/rollout";

/** Counters of a device since its daemon started; `elapsedMs` is what `allowedBytes` grows with. */
interface Counters {
  readonly frames: number;
  readonly dropped: number;
  readonly bytes: number;
}

/**
 * What a device counted since it began to run one revision, over restarts of its daemon. What it counted before the operator
 * listened is not known and not counted: fewer samples, never wrong ones.
 */
export interface Tally {
  readonly revision: string | null;
  readonly startedAtMs: number;
  /** As of the last heartbeat, for the next one's difference. */
  readonly last: Counters & { readonly elapsedMs: number };
  readonly total: Counters & { readonly allowedBytes: number };
}

const none = { frames: 0, dropped: 0, bytes: 0 };
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

function countersOf({ streams, budget }: Heartbeat): Tally["last"] {
  return {
    frames: sum(streams.map(({ frames }) => frames)),
    dropped: sum(streams.flatMap(({ dropped }) => Object.values(dropped))),
    bytes: budget.spentBytes,
    elapsedMs: budget.elapsedMs,
  };
}

/** The tally after one more heartbeat. A revision, or the first heartbeat ever heard, begins a new one. */
export function tallied(before: Tally | undefined, heartbeat: Heartbeat): Tally {
  const revision = heartbeat.policy?.revision ?? null;
  const { startedAtMs } = heartbeat;
  const last = countersOf(heartbeat);
  if (before?.revision !== revision) return { revision, startedAtMs, last, total: { ...none, allowedBytes: 0 } };
  const from = before.startedAtMs === startedAtMs ? before.last : { ...none, elapsedMs: 0 };
  // A daemon that lies about its counters may only harm its own figures: nothing here goes down.
  const grown = (key: keyof Tally["last"]) => Math.max(0, last[key] - from[key]);
  const { total } = before;
  return {
    revision,
    startedAtMs,
    last,
    total: {
      frames: total.frames + grown("frames"),
      dropped: total.dropped + grown("dropped"),
      bytes: total.bytes + grown("bytes"),
      allowedBytes: total.allowedBytes + (heartbeat.budget.bytesPerSecond * grown("elapsedMs")) / 1_000,
    },
  };
}

/** A device's word weighs no more than so many samples, whatever it says: a day of frames, or years of audits. */
const samplesMax = 1_000_000;

/** What a gate can read off a device, by the name of the measure. */
export function readingsOf({ total }: Tally, heartbeat: Heartbeat): Record<string, Reading> {
  const { frames, dropped, bytes, allowedBytes } = total;
  const samples = Math.min(frames, samplesMax);
  const agreement = agreementOf(heartbeat);
  return {
    ...(frames > 0 && { drops: { samples, mean: dropped / frames, error: 0 } }),
    ...(allowedBytes > 0 && { bytes: { samples, mean: bytes / allowedBytes, error: 0 } }),
    ...(agreement && { agreement }),
  };
}

/** Half-width of a 95 % interval in standard errors. */
const z95 = 1.96;

/**
 * Over the streams of a device, each by its samples. A stream that does not say how sure it is gets the largest error that a
 * mean between 0 and 1 can have, by the variance bound mean × (1 - mean) of Bhatia and Davis, 2000.
 */
function agreementOf({ streams }: Heartbeat): Reading | null {
  const known = streams.flatMap(({ agreement: { samples, corrected, correctedHalfWidth } }) => {
    if (corrected === null || samples === 0) return [];
    const mean = Math.min(1, Math.max(0, corrected));
    const error = correctedHalfWidth == null ? Math.sqrt((mean * (1 - mean)) / samples) : correctedHalfWidth / z95;
    return [{ samples, mean, error }];
  });
  const samples = sum(known.map((stream) => stream.samples));
  if (samples === 0) return null;
  const mean = sum(known.map((stream) => stream.samples * stream.mean)) / samples;
  const square = sum(known.map((stream) => (stream.samples * stream.error) ** 2));
  return { samples: Math.min(samples, samplesMax), mean, error: Math.sqrt(square) / samples };
}
