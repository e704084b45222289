import type { PolicyName } from "@sluice/contracts";

/** Agreement of one policy, mean over the frames. */
export interface Way {
  /** With fusion, by seed; one entry where nothing is drawn at random. */
  readonly fused: readonly number[];
  /** Each reply used for its own frame only, mean over the seeds. */
  readonly alone: number;
}

/** Agreement, mean over beginnings of the same recording; `alone`: even sends, each reply used for its own frame only. */
export type Starts = Readonly<Record<"learned" | "periodic" | "alone" | "never", number>>;

/** One recording under one budget. */
export interface Cell {
  readonly name: string;
  readonly never: number;
  /** O3: fusion's rates are those of the end of the decision's own run with the first seed. */
  readonly optimum: number;
  readonly ways: Readonly<Partial<Record<PolicyName, Way>>>;
  readonly starts: Starts;
  /** Most bytes that any run sent beyond its budget. */
  readonly overBytes: number;
  readonly passages: readonly Passage[];
}

/** The decision over one traced link. */
export interface Passage {
  readonly network: string;
  /** Agreement lost against the same run without a network. */
  readonly lost: number;
  /** What the budget wants to send, and what the link carried in that time; bytes a second. */
  readonly needed: number;
  readonly carried: number;
  /** Share of the frames that, sent at full size with nothing else under way, would have been answered in time. */
  readonly passable: number;
  readonly sends: number;
  readonly late: number;
  /** Late ones that alone on the link would have been in time. */
  readonly ownLate: number;
  /** Seconds; null where nothing was answered. */
  readonly ageP95: number | null;
}

/** Streams with one budget, beside each with a budget of its own. Agreement over all frames, by seed. */
export interface FleetCell {
  readonly name: string;
  readonly streams: number;
  readonly never: number;
  readonly optimum: number;
  readonly shared: readonly number[];
  readonly sharedEven: number;
  /** The same bytes a second for each, and the same share of what each would send. */
  readonly equalBytes: readonly number[];
  readonly equalShare: readonly number[];
  /** What each stream took of its own bytes, shared. */
  readonly shares: readonly number[];
}

/** What one group of recordings gave under one budget. */
export interface Found {
  readonly group: string;
  /** Per cent. */
  readonly budget: number;
  readonly cells: readonly Cell[];
  readonly fleet: FleetCell;
}

export const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
