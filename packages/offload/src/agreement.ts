import { fieldsOf, listOf, numberIn } from "@sluice/foundation";
import { type Interval, meanOf } from "./interval.ts";

/** Audits that an estimate rests on, at most, and how old they may be: what was true yesterday need not be today. */
const auditsKept = 256;
const windowMs = 6 * 3_600_000;
/** No frame is drawn with less chance than this; its weight would be beyond reason. */
const leastPropensity = 1e-9;
/** Answers that it takes before anything is said. */
const answersNeeded = 8;

/** F1 of a frame's answers against the cloud's: what the edge model said alone, and what was published. */
export interface Agreed {
  readonly local: number;
  readonly corrected: number;
}

interface Audit {
  readonly atMs: number;
  /** Chance with which this frame was drawn. */
  readonly propensity: number;
  /** Undefined where no answer came. */
  readonly agreed: Agreed | undefined;
}

/** Agreement with the cloud over the frames of the window, those included that nobody sent. */
export interface Estimate {
  /** Audits that were answered, and those that were drawn and were not. */
  readonly samples: number;
  readonly missing: number;
  /** Frames that the audits stand for. */
  readonly frames: number;
  /** Null while there are too few answers to say. */
  readonly local: Interval | null;
  readonly corrected: Interval | null;
}

/**
 * How far a stream agrees with its cloud model, from frames that were drawn at random with known chance: the mean over
 * all frames, each audit weighted by the inverse of its chance (Hájek's estimator). Frames that were sent because they looked
 * worth it say nothing here: they are the hard ones.
 */
export class Agreement {
  readonly #audits: Audit[] = [];

  /** A drawn frame was sent and answered. */
  answered(propensity: number, agreed: Agreed, atMs: number): void {
    this.#add({ atMs, propensity, agreed });
  }

  /** A drawn frame could not be sent, or no answer came. */
  missed(propensity: number, atMs: number): void {
    this.#add({ atMs, propensity, agreed: undefined });
  }

  estimate(nowMs: number): Estimate {
    const recent = this.#audits.filter((audit) => nowMs - audit.atMs <= windowMs);
    const answers = recent.filter((audit) => audit.agreed !== undefined);
    const frames = weightOf(recent);
    const missingShare = frames > 0 ? 1 - weightOf(answers) / frames : 0;
    const about = (answer: keyof Agreed) => {
      if (answers.length < answersNeeded) return null;
      const samples = answers.map(({ propensity, agreed }) => ({ propensity, value: agreed![answer] }));
      return widened(meanOf(samples), missingShare);
    };
    return {
      samples: answers.length,
      missing: recent.length - answers.length,
      frames: Math.round(frames),
      local: about("local"),
      corrected: about("corrected"),
    };
  }

  /** The audits as JSON, for {@link Agreement.from}; ages instead of times, since clocks differ from run to run. */
  written(nowMs: number) {
    return this.#audits.map(({ atMs, propensity, agreed }) => ({
      ageMs: Math.max(0, nowMs - atMs),
      propensity,
      ...agreed,
    }));
  }

  /** Goes on from what {@link written} gave, `sleptMs` later; throws, saying why, where that cannot be. */
  static from(value: unknown, nowMs: number, sleptMs: number): Agreement {
    const agreement = new Agreement();
    const audits = listOf(value, "audits", auditsKept, (audit, what) => auditOf(audit, what, nowMs - sleptMs));
    agreement.#audits.push(...audits);
    return agreement;
  }

  #add(audit: Audit): void {
    if (audit.propensity < leastPropensity) return;
    this.#audits.push(audit);
    if (this.#audits.length > auditsKept) this.#audits.shift();
  }
}

function auditOf(value: unknown, what: string, endMs: number): Audit {
  const { ageMs, propensity, local, corrected } = fieldsOf(value, what);
  const share = (number: unknown, name: string) => numberIn(number, `${what}.${name}`, 0, 1);
  return {
    atMs: endMs - numberIn(ageMs, `${what}.ageMs`, 0, Number.MAX_SAFE_INTEGER),
    propensity: numberIn(propensity, `${what}.propensity`, leastPropensity, 1),
    agreed:
      local === undefined ? undefined : { local: share(local, "local"), corrected: share(corrected, "corrected") },
  };
}

const weightOf = (audits: readonly Audit[]): number => audits.reduce((sum, { propensity }) => sum + 1 / propensity, 0);

/** What is missing could have been anything: all wrong, or all right. */
function widened({ mean, halfWidth }: Interval, missingShare: number): Interval {
  return { mean, halfWidth: Math.min(1, halfWidth + missingShare * Math.max(mean, 1 - mean)) };
}
