import type { OffloadSpec, Reason } from "@sluice/contracts";
import type { Prng } from "@sluice/foundation";
import type { Detection } from "@sluice/vision";
import type { Observation, Signals } from "../assess.ts";

/** What a policy decides on. */
export interface Situation {
  readonly now: Observation;
  readonly signals: Signals;
  /** What the edge model alone would answer: of its detections those that count, or its best label. */
  readonly confident: readonly Detection[];
  /** Frames since the last one that was sent; Infinity before the first. */
  readonly framesSinceSent: number;
  /** Expected gain of sending, in F1, and what its bytes cost in the same unit. */
  readonly value: number;
  readonly cost: number;
  /** Share of all frames that the budget pays for. */
  readonly affordable: number;
  /** Chance with which this frame is drawn as an audit. */
  readonly auditChance: number;
  readonly prng: Prng;
}

export interface Wish {
  readonly send: boolean;
  readonly reason: Reason;
}

/** Whether a frame should go to the cloud, budget and link aside. */
export interface Policy {
  /** Whether it draws frames at random, to measure. */
  readonly audits?: boolean;
  /** Whether it may ask about a part of a frame: it goes by value. */
  readonly crops?: boolean;
  wish(situation: Situation): Wish;
  /** The frame that was wished for went out. */
  sent?(): void;
  /** The reply to it came. */
  learn?(lesson: Lesson): void;
  /** What replies taught it, as JSON; absent where it learns nothing. */
  toJSON?(): unknown;
  /** Goes on from what {@link Policy.toJSON} wrote; throws, saying why, where that cannot be. */
  recall?(written: unknown): void;
}

/** What a reply added, in F1 of its frame: to the answer as it stood, and to what the edge alone had said. */
export interface Lesson {
  readonly won: number;
  readonly wonAlone: number;
  /** Share of what was expected to be lost that the reply was asked about; 1 if not given. */
  readonly part?: number;
}

export type PolicyOptions = OffloadSpec["decision"];

/** A policy that sends what it finds hard. */
export const whenHard = (hard: (situation: Situation) => boolean): Policy => ({
  wish: (situation) => (hard(situation) ? { send: true, reason: "hard" } : { send: false, reason: "easy" }),
});
