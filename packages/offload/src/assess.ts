import { type Detection, match } from "@sluice/vision";

/** What is known of a frame when it is decided: nothing here comes from the cloud's answer to it. */
export interface Observation {
  readonly frame: number;
  /** Monotonic time of capture, milliseconds. */
  readonly atMs: number;
  /** Local detections down to a low score, and the answer that fusion makes of them. */
  readonly local: readonly Detection[];
  readonly answer: readonly Detection[];
  /** Share of the picture that changed against the frame before, 0 to 1. */
  readonly motion: number;
  /** F1 that the answer is expected to miss against the cloud's, as fusion judges its evidence. */
  readonly expectedLoss: number;
  /** What that rests on, box by box; absent where no part of a picture can be asked about alone. */
  readonly hints?: Hints;
}

/** What may be in a frame. */
export interface Hints {
  /** Most likely first, the answer's boxes before all others; the score is the chance. */
  readonly ranked: readonly Detection[];
  /** How many objects more there are expected to be, anywhere. */
  readonly missed: number;
}

/** Cheap signs of how much there is to learn from the cloud, each 0 to 1 unless said otherwise. */
export interface Signals {
  /** Share of local detections whose score is near the threshold. */
  readonly uncertain: number;
  /** Share of the answer that changed against the frame before. */
  readonly churn: number;
  /** Share of the picture that changed against the frame before. */
  readonly motion: number;
  /** Motion summed up since the last frame that was sent, at most 1. */
  readonly drift: number;
  /** Milliseconds since the last frame that was sent and answered; Infinity before the first. */
  readonly staleMs: number;
  /** F1 that the answer is expected to miss against the cloud's. */
  readonly loss: number;
  /**
   * What of it sending could have saved, summed up over the frames since the last one that was sent, less what crops have
   * asked about since.
   */
  readonly lost: number;
  /** The loss that is expected just after a send, as it usually is. */
  readonly fresh: number;
}

/** What is expected just after a send moves by this share from one send to the next. */
const freshFollow = 0.2;
/** And before the first. */
export const firstFresh = 0.1;
/** Share of it that no send would save: all of it would be right if expectations were, but they shrink to the mean. */
const freshShare = 0.5;

/** A score within this factor of the threshold, up or down, is uncertain. */
const uncertainFactor = 1.5;

/** What was known at the frame before, and at the last one that was sent. */
export interface Past {
  readonly before: Observation | undefined;
  readonly sent: Observation | undefined;
  /** `drift` and `lost` at the frame before; 0 if that one was sent. */
  readonly drift: number;
  readonly lost: number;
  readonly fresh: number;
}

/** Compares a frame with the one before it and with the last one that was sent. */
export function assess(now: Observation, past: Past, threshold: number): Signals {
  const { before, sent, drift, lost } = past;
  const fresh = freshOf(now, past);
  return {
    uncertain: uncertainShare(now.local, threshold),
    churn: before ? churn(before.answer, now.answer) : 1,
    motion: now.motion,
    drift: sent ? Math.min(1, drift + now.motion) : 1,
    loss: now.expectedLoss,
    lost: lost + Math.max(0, now.expectedLoss - freshShare * fresh),
    fresh,
    staleMs: sent ? now.atMs - sent.atMs : Number.POSITIVE_INFINITY,
  };
}

function freshOf({ expectedLoss }: Observation, { before, sent, fresh }: Past): number {
  const isFirst = sent !== undefined && before === sent;
  return isFirst ? fresh + freshFollow * (expectedLoss - fresh) : fresh;
}

function uncertainShare(local: readonly Detection[], threshold: number): number {
  const near = (d: Detection) => d.score > threshold / uncertainFactor && d.score < threshold * uncertainFactor;
  const relevant = local.filter((d) => d.score > threshold / uncertainFactor);
  return relevant.length === 0 ? 0 : relevant.filter(near).length / relevant.length;
}

function churn(before: readonly Detection[], now: readonly Detection[]): number {
  const total = before.length + now.length;
  if (total === 0) return 0;
  const kept = match(now, before, 0.3).filter((j) => j >= 0).length;
  return 1 - (2 * kept) / total;
}
