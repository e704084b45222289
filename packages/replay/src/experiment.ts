import { type Contender, type OffloadSpec, SluiceError } from "@sluice/contracts";
import { best, type Hindsight, hindsight } from "./optimum.ts";
import { oracles } from "./oracle.ts";
import { type Budget, type Draft, rungsOf, specOf } from "./policy.ts";
import { type Run, type RunOptions, run } from "./run.ts";
import type { Best } from "./schedule.ts";
import { secondsOf, type Trace } from "./trace.ts";

export interface Setting {
  readonly draft: Draft;
  readonly deadlineMs?: number;
  readonly road: RunOptions["road"];
  readonly seed: number;
}

/** Told what is being worked out, and how far that is. */
export type Progress = (step: string, done: number, total: number) => void;

/** One trace and one policy under trial: runs it and its rivals under any budget. */
export class Experiment {
  readonly trace: Trace;
  readonly own: Contender;
  readonly #setting: Setting;
  readonly #progress: Progress;
  #hindsight: Hindsight | undefined;

  constructor(trace: Trace, setting: Setting, progress: Progress) {
    if (trace.frames.length === 0)
      throw new SluiceError("trace-invalid", "the trace holds no frame: nothing to replay");
    this.trace = trace;
    this.own = setting.draft.oracle ? "oracle" : setting.draft.spec.decision.policy;
    this.#setting = setting;
    this.#progress = progress;
  }

  spec(budget: Budget | undefined, contender: Contender = this.own): OffloadSpec {
    const { draft, deadlineMs } = this.#setting;
    const changes = { ...(budget && { budget }), ...(deadlineMs !== undefined && { deadlineMs }) };
    const spec = specOf(draft, this.trace, changes);
    if (contender === "oracle") return { ...spec, payload: { ...spec.payload, rungs: spec.payload.rungs.slice(0, 1) } };
    return contender === this.own ? spec : { ...spec, decision: { policy: contender } };
  }

  /** Runs a contender; the oracle first looks back on a run of plain `periodic`. */
  run(budget: Budget | undefined, contender: Contender = this.own): Run {
    const { seed, road } = this.#setting;
    const spec = this.spec(budget, contender);
    if (contender !== "oracle") return run(this.trace, { spec, seed, road });
    const { O3 } = this.lookBack(() => this.run(budget, "periodic"));
    const largest = O3.map((losses) => ({ ...losses, sendings: losses.sendings.map((each) => each.slice(0, 1)) }));
    const chosen = best(largest, bytesIn(spec, this.trace));
    return run(this.trace, { spec, seed, road, policies: oracles(this.trace, chosen) });
  }

  /** What each send would have been worth, with what the given run had learned; worked out once. */
  lookBack(ran: () => Run): Hindsight {
    const total = this.trace.frames.length;
    let done = 0;
    const tick = () => this.#progress("looking back", ++done, total);
    this.#hindsight ??= hindsight(this.trace, ran(), rungsOf(this.#setting.draft, this.trace), tick);
    return this.#hindsight;
  }

  /** The best that hindsight finds within a budget: by its kind. */
  bestWithin(budget: Budget | undefined, ran: () => Run): Record<keyof Hindsight, Best> {
    const { O1, O3 } = this.lookBack(ran);
    const bytes = bytesIn(this.spec(budget), this.trace);
    return { O1: best(O1, bytes), O3: best(O3, bytes) };
  }
}

/** Bytes that a budget allows over a whole trace. */
const bytesIn = ({ budget }: OffloadSpec, trace: Trace): number => budget.rate * secondsOf(trace);
