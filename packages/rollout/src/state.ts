/**
 * `held`: the gate failed and the plan says to wait for a person. `complete`, `rolled-back` and `aborted` last until the
 * policy is edited or a restart asked for.
 */
export const phases = ["rolling", "held", "complete", "rolled-back", "aborted"] as const;
export type Phase = (typeof phases)[number];

export interface Failure {
  readonly metric: string;
  /** The value with its interval, for a person. */
  readonly value: string;
  readonly bound: string;
  /** Those that contributed most, and how many there are. */
  readonly devices: readonly string[];
  readonly deviceCount: number;
  /** What the first of them says, where it does. */
  readonly reason?: string | undefined;
}

/**
 * Where a rollout stands: all that has to survive a crash, in the policy's status. Times are wall time in milliseconds.
 * Who has the revision is not here: that is in the devices' documents.
 */
export interface RolloutState {
  /** What devices run that `target` has not reached, and what they go back to; null: no policy at all. */
  readonly stable: string | null;
  readonly target: string;
  readonly phase: Phase;
  /** From 0; past the last of the plan's waves comes the one for all that are left. */
  readonly wave: number;
  /** When the wave was begun; null while none may. */
  readonly begunMs: number | null;
  /** At most so many devices have the revision; null where a selector decides, or nothing does. */
  readonly reach: number | null;
  /** When every device of the wave that is online ran the revision. */
  readonly settledMs: number | null;
  /** The last measurement. */
  readonly measuredMs: number | null;
  /** Measurements in a row that passed. */
  readonly passes: number;
  readonly failures: number;
  /** When the gate was passed. */
  readonly passedMs: number | null;
  readonly failure: Failure | null;
  /** The last restart request that was followed. */
  readonly restart: string | null;
}

const fresh = {
  phase: "rolling",
  begunMs: null,
  reach: null,
  settledMs: null,
  measuredMs: null,
  passes: 0,
  failures: 0,
  passedMs: null,
  failure: null,
} as const;

/** A rollout from its beginning. */
export const beginning = (stable: string | null, target: string, restart: string | null): RolloutState => ({
  ...fresh,
  stable,
  target,
  wave: 0,
  restart,
});

/** The same rollout before its next wave. */
export const nextWave = (state: RolloutState): RolloutState => ({ ...state, ...fresh, wave: state.wave + 1 });

/** Everybody may have `target`. */
export const completed = (state: RolloutState): RolloutState => ({
  ...state,
  ...fresh,
  phase: "complete",
  stable: state.target,
});

/** Whether some devices have the target and others do not. */
export const underWay = ({ phase }: RolloutState): boolean => phase === "rolling" || phase === "held";
