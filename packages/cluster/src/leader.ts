import { asSluiceError, type SluiceError } from "@sluice/contracts";
import { type Clock, type Prng, pause } from "@sluice/foundation";
import { isConflict, isGone } from "./api-error.ts";
import type { Kube } from "./kube.ts";
import { claim, holderOf, type Lease, LeaseWatch, leases, released } from "./lease.ts";
import { type Meter, noMeter } from "./meter.ts";
import { collectionPath, objectPath } from "./resource.ts";
import { type Term, TimedTerm } from "./term.ts";

/**
 * client-go's: others wait `leaseMs` after the last renewal that they saw; a leader gives up after `renewMs`. But it renews
 * every `everyMs`, half as often, since that would be most of what a quiet operator writes; retries are as close as there.
 */
export const leaderTimes = { leaseMs: 15_000, renewMs: 10_000, everyMs: 4_000, retryMs: 2_000 } as const;

export interface LeaderOptions {
  /** A client without `mayWrite`: it must be able to ask for the lease. */
  readonly kube: Kube;
  readonly namespace: string;
  /** Name of the lease. */
  readonly name: string;
  /** Different for each process that ever runs: a pod's name is not enough, it may start again. */
  readonly identity: string;
  readonly clock: Clock;
  readonly prng: Prng;
  readonly meter?: Meter;
  readonly times?: { readonly [K in keyof typeof leaderTimes]: number };
  /** Told of each attempt that failed; another one follows. */
  onProblem?(error: SluiceError): void;
}

/**
 * Waits for the lease, then does `work` while renewing it. When `stop` aborts, the term's signal does too; the lease
 * is held until the work has ended, then given away. `lost`: somebody else may lead from now on and the process must
 * end at once; the work was told, but is not waited for.
 */
export async function lead(
  options: LeaderOptions,
  stop: AbortSignal,
  work: (term: Term) => Promise<void>,
): Promise<"ended" | "lost"> {
  const candidate = new Candidate(options);
  const term = await candidate.win(stop);
  if (!term) return "ended";
  const meter = options.meter ?? noMeter;
  meter.set("sluice_operator_leading", {}, 1);
  const askToEnd = () => term.askToEnd();
  stop.addEventListener("abort", askToEnd, { once: true });
  // It may have come while the lease was being won.
  if (stop.aborted) askToEnd();
  const renewing = new AbortController();
  const renewal = candidate.keep(term, renewing.signal);
  const working = work(term);
  try {
    await Promise.race([working, term.lost]);
    return term.holds() ? "ended" : "lost";
  } finally {
    // Work that fails after the loss has nobody to tell.
    working.catch(() => {});
    stop.removeEventListener("abort", askToEnd);
    renewing.abort();
    meter.set("sluice_operator_leading", {}, 0);
    if (term.holds()) {
      // A renewal under way would take back what is given away.
      await renewal;
      await candidate.release();
    }
    term.lose();
  }
}

class Candidate {
  readonly #options: LeaderOptions;
  readonly #times: NonNullable<LeaderOptions["times"]>;
  readonly #watch = new LeaseWatch();
  /** The lease as this process last wrote it. */
  #own: Lease | undefined;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#times = options.times ?? leaderTimes;
  }

  /** Undefined where `stop` came first. */
  async win(stop: AbortSignal): Promise<TimedTerm | undefined> {
    const { clock, prng } = this.#options;
    while (!stop.aborted) {
      const began = this.#now();
      if (await this.#attempt(() => this.#claim())) {
        const term = new TimedTerm(clock, this.#own?.spec?.leaseTransitions ?? 0, this.#times.renewMs);
        term.extend(began);
        return term;
      }
      // Several that wait for the same lease do not ask in step.
      await pause(clock, this.#times.retryMs * (1 + 0.2 * prng.next()), stop);
    }
    return undefined;
  }

  /** Renews until told to stop or until the term is over. */
  async keep(term: TimedTerm, stop: AbortSignal): Promise<void> {
    const until = AbortSignal.any([stop, lossOf(term)]);
    let waitMs: number = this.#times.everyMs;
    while (!until.aborted) {
      await pause(this.#options.clock, waitMs, until);
      if (until.aborted) return;
      if (!term.holds()) return term.lose();
      const began = this.#now();
      const renewed = await this.#attempt(() => this.#renew(term));
      if (renewed) term.extend(began);
      waitMs = renewed ? this.#times.everyMs : this.#times.retryMs;
    }
  }

  async release(): Promise<void> {
    await this.#attempt(async () => {
      if (this.#own) await this.#put(released(this.#own, this.#options.clock.wallMs()));
      return true;
    });
  }

  async #claim(): Promise<boolean> {
    const { identity, clock, namespace, name } = this.#options;
    const seen = await this.#read();
    if (seen && this.#watch.heldByOther(seen, identity, this.#times.leaseMs, clock.monotonicMs())) return false;
    const wanted = claim(seen ?? { metadata: { namespace, name } }, identity, this.#times.leaseMs, clock.wallMs());
    this.#own = seen ? await this.#put(wanted) : await this.#create(wanted);
    return true;
  }

  async #renew(term: TimedTerm): Promise<boolean> {
    const { identity, clock } = this.#options;
    try {
      if (this.#own) this.#own = await this.#put(claim(this.#own, identity, this.#times.leaseMs, clock.wallMs()));
      return true;
    } catch (error) {
      if (!isConflict(error) && !isGone(error)) throw error;
    }
    // An earlier renewal whose answer was lost, or somebody who took the lease away.
    const now = await this.#read();
    if (holderOf(now) !== identity) term.lose();
    else this.#own = now;
    return false;
  }

  async #attempt(step: () => Promise<boolean>): Promise<boolean> {
    try {
      return await step();
    } catch (error) {
      // Losing a race is what candidates do.
      if (!isConflict(error)) this.#options.onProblem?.(asSluiceError(error));
      return false;
    }
  }

  #now() {
    const { clock } = this.#options;
    return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
  }

  async #read(): Promise<Lease | undefined> {
    try {
      return (await this.#call("GET", this.#path())) as Lease;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async #put(lease: Lease): Promise<Lease> {
    return (await this.#call("PUT", this.#path(), lease)) as Lease;
  }

  async #create(lease: Lease): Promise<Lease> {
    return (await this.#call("POST", collectionPath(leases, this.#options.namespace), lease)) as Lease;
  }

  #path(): string {
    return objectPath(leases, `${this.#options.namespace}/${this.#options.name}`);
  }

  /** A request that hangs must leave time for another one. */
  #call(verb: "GET" | "PUT" | "POST", path: string, body?: Lease): Promise<unknown> {
    const timeoutMs = Math.max(1, this.#times.renewMs / 3);
    return this.#options.kube.call({ verb, path, timeoutMs, ...(body && { body }) });
  }
}

function lossOf(term: TimedTerm): AbortSignal {
  const loss = new AbortController();
  void term.lost.then(() => loss.abort());
  return loss.signal;
}
