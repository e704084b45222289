/** One measured number, its spread, and what it should be. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Where the middle half of the rounds lies, or the interval that the note names. */
  readonly spread?: readonly [number, number];
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  readonly note?: string;
}

/** What one benchmark found, and in which setting. */
export interface Findings {
  readonly setting: Readonly<Record<string, string | number>>;
  readonly measures: readonly Measure[];
}

/** Whether the target is met; undefined where there is none. */
export function isMet({ value, target }: Measure): boolean | undefined {
  if (!target) return undefined;
  return "atLeast" in target ? value >= target.atLeast : value <= target.atMost;
}

/** How long and how often things are measured. */
export interface Scale {
  /** Rounds in which each peer has one turn. */
  readonly rounds: number;
  /** A turn: what is let pass until the processor's caches and the queues are as they will be, and what is measured. */
  readonly settleMs: number;
  readonly turnMs: number;
  /** Turns in which frames come at the pace of their camera. */
  readonly pacedTurnMs: number;
  /** Memory: time until everything has been used once, and what is measured. */
  readonly warmUpMs: number;
  readonly watchMs: number;
  /** Frames of the decision's cost. */
  readonly frames: number;
  /** Frames over which nothing of them may be kept. */
  readonly memoryFrames: number;
  /** Seeds with which a decision is tried on a recording. */
  readonly seeds: number;
  /** Devices of a fleet that an operator looks after, one fleet after the other. */
  readonly objects: readonly number[];
  /** Fleets that give signs of life, changes of their policy, and how long nothing happens. */
  readonly fleets: readonly number[];
  readonly changes: number;
  readonly steadyMs: number;
}

const seconds = 1_000;
const minutes = 60 * seconds;

export const scales = {
  full: {
    rounds: 12,
    settleMs: 500,
    turnMs: 4 * seconds,
    pacedTurnMs: 15 * seconds,
    warmUpMs: 3 * minutes,
    watchMs: 10 * minutes,
    frames: 20_000,
    memoryFrames: 1_000_000,
    seeds: 5,
    objects: [1_000, 10_000],
    fleets: [100, 1_000, 10_000],
    changes: 3,
    steadyMs: 40 * seconds,
  },
  quick: {
    rounds: 4,
    settleMs: 300,
    turnMs: 2 * seconds,
    pacedTurnMs: 6 * seconds,
    warmUpMs: 20 * seconds,
    watchMs: 1 * minutes,
    frames: 5_000,
    memoryFrames: 200_000,
    seeds: 2,
    objects: [200, 1_000],
    fleets: [50, 200, 800],
    changes: 2,
    steadyMs: 20 * seconds,
  },
} as const satisfies Record<string, Scale>;
