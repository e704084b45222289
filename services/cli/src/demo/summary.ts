import type { DropReason, Heartbeat } from "@sluice/contracts";
import { pooled } from "@sluice/foundation";
import type { Plan } from "./plan.ts";
import type { Reference, Score } from "./reference.ts";

/** A mean frame F1 as a device claims it from its audits, how far off it may be, and what it was over all frames. */
interface Claim {
  readonly claimed: number | null;
  readonly halfWidth: number | null;
  readonly actual: number | null;
}

/** Agreement with the cloud model of what the edge said alone, and of what was published at once. */
export interface Agreement {
  readonly samples: number;
  readonly missing: number;
  readonly local: Claim;
  readonly corrected: Claim;
}

/** One stream's counters, its scores, and what they rest on. */
export interface Outcome {
  readonly name: string;
  readonly video: string;
  readonly heartbeat: Heartbeat | undefined;
  readonly localFps: number;
  readonly reference: Reference["kind"] | undefined;
  readonly agreement: Agreement;
  readonly scores: { readonly local: Score; readonly corrected: Score; readonly cloud: Score };
}

interface Figures {
  frames: number;
  answered: number;
  dropped: Partial<Record<DropReason, number>>;
  localFps: number;
  sent: number;
  bytes: number;
  /** Null where leases moved: what they allowed is not known. */
  budgetBytes: number | null;
  f1Local: number | null;
  f1Corrected: number | null;
  f1Cloud: number | null;
  agreement: Agreement;
  scoredFrames: { local: number; corrected: number; cloud: number };
}

/** What `summary.json` holds. */
export function summarise(
  plan: Plan,
  outcomes: readonly Outcome[],
  seconds: number,
  interrupted: boolean,
  lostMessages: number,
) {
  const streams = outcomes.map((outcome) => ({
    name: outcome.name,
    video: outcome.video,
    reference: outcome.reference ?? null,
    ...figures(outcome),
  }));
  return {
    budget: plan.budget,
    policy: plan.policyFile ?? plan.policy,
    seconds: round(seconds),
    interrupted,
    lostMessages,
    edgeModel: plan.edgeModel.manifest.metadata.name,
    cloudModel: plan.cloudModel.manifest.metadata.name,
    streams,
    all: total(streams),
  };
}
export type Summary = ReturnType<typeof summarise>;

function figures({ heartbeat, localFps, scores, agreement }: Outcome): Figures {
  const report = heartbeat?.streams[0];
  const budget = heartbeat?.budget;
  return {
    frames: report?.frames ?? 0,
    answered: report?.answered ?? 0,
    dropped: report?.dropped ?? {},
    localFps: round(localFps),
    sent: report?.sent ?? 0,
    bytes: budget?.spentBytes ?? 0,
    budgetBytes: allowedBytes(heartbeat),
    f1Local: rounded(scores.local.f1),
    f1Corrected: rounded(scores.corrected.f1),
    f1Cloud: rounded(scores.cloud.f1),
    agreement: { ...agreement, local: shown(agreement.local), corrected: shown(agreement.corrected) },
    scoredFrames: { local: scores.local.frames, corrected: scores.corrected.frames, cloud: scores.cloud.frames },
  };
}

function allowedBytes(heartbeat: Heartbeat | undefined): number | null {
  if (!heartbeat) return 0;
  const { bytesPerSecond, elapsedMs } = heartbeat.budget;
  return heartbeat.lease === undefined ? Math.floor((bytesPerSecond * elapsedMs) / 1_000) : null;
}

function total(streams: readonly Figures[]): Figures {
  const sum = (pick: (f: Figures) => number) => streams.reduce((all, f) => all + pick(f), 0);
  const mean = (f1: "f1Local" | "f1Corrected" | "f1Cloud", count: keyof Figures["scoredFrames"]) => {
    const frames = sum((f) => f.scoredFrames[count]);
    return frames > 0 ? round(sum((f) => (f[f1] ?? 0) * f.scoredFrames[count]) / frames) : null;
  };
  const dropped: Figures["dropped"] = {};
  for (const f of streams) {
    for (const [reason, count] of Object.entries(f.dropped)) {
      dropped[reason as DropReason] = (dropped[reason as DropReason] ?? 0) + count;
    }
  }
  return {
    frames: sum((f) => f.frames),
    answered: sum((f) => f.answered),
    dropped,
    localFps: round(sum((f) => f.localFps)),
    sent: sum((f) => f.sent),
    bytes: sum((f) => f.bytes),
    budgetBytes: streams.some((f) => f.budgetBytes === null) ? null : sum((f) => f.budgetBytes ?? 0),
    f1Local: mean("f1Local", "local"),
    f1Corrected: mean("f1Corrected", "corrected"),
    f1Cloud: mean("f1Cloud", "cloud"),
    agreement: {
      samples: sum((f) => f.agreement.samples),
      missing: sum((f) => f.agreement.missing),
      local: together(streams, "local"),
      corrected: together(streams, "corrected"),
    },
    scoredFrames: {
      local: sum((f) => f.scoredFrames.local),
      corrected: sum((f) => f.scoredFrames.corrected),
      cloud: sum((f) => f.scoredFrames.cloud),
    },
  };
}

/** Every stream counts by its frames. */
function together(streams: readonly Figures[], answer: "local" | "corrected"): Claim {
  const parts = streams.map((f) => ({ weight: f.scoredFrames.local, ...f.agreement[answer] }));
  const claim = pooled(parts.map(({ claimed, ...part }) => ({ ...part, mean: claimed })));
  const { mean: actual } = pooled(parts.map((part) => ({ ...part, mean: part.actual })));
  return shown({ claimed: claim.mean, halfWidth: claim.halfWidth, actual });
}

const shown = ({ claimed, halfWidth, actual }: Claim): Claim => ({
  claimed: rounded(claimed),
  halfWidth: rounded(halfWidth),
  actual: rounded(actual),
});

const round = (value: number) => Math.round(value * 10_000) / 10_000;
const rounded = (value: number | null) => (value === null ? null : round(value));
