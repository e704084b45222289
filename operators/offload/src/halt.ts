import { type Conflict, type Outcome, outcomeOf, stalled, waiting } from "@sluice/cluster";
import type { ConditionReason } from "@sluice/contracts";

/** Ends a reconciliation early: a step found that the ones after it cannot do their work. */
export class Halt extends Error {
  override readonly name = "Halt";
  readonly outcome: Outcome;

  private constructor(outcome: Outcome) {
    super(outcome.message);
    this.outcome = outcome;
  }

  /** Until somebody changes the specification, or what it names. */
  static stalled(reason: ConditionReason, message: string): Halt {
    return new Halt(stalled(reason, message));
  }

  static waiting(reason: ConditionReason, message: string, afterMs: number): Halt {
    return new Halt(waiting(reason, message, afterMs));
  }
}

/** What an error, of whatever kind, means for the object. */
export const endOf = (error: unknown): Outcome | Conflict => (error instanceof Halt ? error.outcome : outcomeOf(error));
