import { BatchQueue, Forecast, type Outlook, type ReplicaLoad, Workload } from "@sluice/batching";
import type { Agenda } from "./agenda.ts";
import type { Draws } from "./costs.ts";

/** Times on the simulation's clock. */
export interface Request {
  readonly arrivedMs: number;
  readonly deadlineMs: number;
  readonly source: string;
}

export type End = "answered" | "expired" | "overloaded" | "nobody";

export interface Batching {
  readonly maxSize: number;
  readonly maxDelay: number;
  readonly maxQueue: number;
}

export interface ReplicaParts {
  readonly agenda: Agenda;
  readonly draws: Draws;
  readonly cpuShare: number;
  readonly batching: Batching;
  readonly ledger: Books;
}

/** Told what becomes of requests. */
export interface Books {
  /** A request's computation begins, after so long a wait; its decoding does not count. */
  waited(request: Request, ms: number): void;
  ended(request: Request, end: End): void;
}

interface Visit extends Request {
  isOpen: boolean;
}

interface Batch {
  readonly visits: readonly Visit[];
  readonly decodeMs: number;
}

/**
 * A replica of the inference service in simulated time: its own queue, forecast and measure of load, in the order of
 * services/inference/src/pipeline.ts, with one worker and costs that are drawn instead of spent.
 */
export class Replica {
  readonly #parts: ReplicaParts;
  readonly #queue: BatchQueue<Visit>;
  readonly #forecast = new Forecast(1);
  readonly #workload: Workload;
  /** One lane more than there are workers: the next batch is decoded while one is computed. */
  #freeLanes = 2;
  #isBusy = false;
  readonly #decoded: Batch[] = [];
  #open = 0;
  #cpuMs = 0;
  #onEmpty: (() => void) | undefined;

  constructor(parts: ReplicaParts) {
    const { maxQueue, maxDelay } = parts.batching;
    this.#parts = parts;
    this.#queue = new BatchQueue({ maxQueue, maxDelayMs: maxDelay });
    this.#workload = new Workload(parts.agenda.nowMs);
  }

  get load(): ReplicaLoad {
    return { ...this.#workload.at(this.#nowMs), queued: this.#queue.size, workers: 1 };
  }

  /** Processor time so far. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  admit(request: Request): void {
    const visit = { ...request, isOpen: true };
    this.#open++;
    this.#workload.arrived(this.#nowMs);
    this.#giveUp(this.#queue.expire(this.#nowMs));
    const loser = this.#queue.offer(visit, visit);
    if (loser) this.#end(loser, "overloaded");
    this.#form();
  }

  /** Calls back once nothing is in the house any more; the caller sends nothing after that. */
  drain(onEmpty: () => void): void {
    if (this.#open === 0) onEmpty();
    else this.#onEmpty = onEmpty;
  }

  get #nowMs(): number {
    return this.#parts.agenda.nowMs;
  }

  get #outlook(): Outlook {
    return this.#forecast.outlook(this.#nowMs, this.#queue.size, this.#parts.batching.maxSize);
  }

  #form(): void {
    while (this.#freeLanes > 0) {
      const outlook = this.#outlook;
      const { batch, expired } = this.#queue.take(outlook);
      this.#giveUp(expired);
      if (batch.length === 0) return this.#lookAgain(outlook);
      this.#freeLanes--;
      this.#forecast.formed(batch, outlook);
      this.#decode(batch);
    }
  }

  #lookAgain(outlook: Outlook): void {
    const dueMs = this.#queue.dueMs(outlook);
    if (Number.isFinite(dueMs)) this.#parts.agenda.at(dueMs, () => this.#form());
  }

  /** Side by side, so that the slowest one counts. */
  #decode(visits: readonly Visit[]): void {
    const { agenda, cpuShare, draws } = this.#parts;
    const each = draws.decodeMs(visits.length);
    const decodeMs = Math.max(...each);
    agenda.after(decodeMs, () => {
      this.#forecast.decoded(visits.length, decodeMs);
      this.#cpuMs += cpuShare * each.reduce((sum, ms) => sum + ms, 0);
      this.#decoded.push({ visits, decodeMs });
      this.#compute();
    });
  }

  #compute(): void {
    if (this.#isBusy) return;
    const batch = this.#decoded.shift();
    if (!batch) return;
    const wanted = batch.visits.filter((visit) => this.#goesOn(visit));
    if (wanted.length === 0) return this.#finish(batch);
    this.#isBusy = true;
    this.#forecast.started(batch.visits, wanted.length, this.#nowMs);
    for (const visit of wanted) this.#parts.ledger.waited(visit, this.#nowMs - visit.arrivedMs - batch.decodeMs);
    const tookMs = this.#parts.draws.computeMs(wanted.length);
    this.#parts.agenda.after(tookMs, () => {
      this.#isBusy = false;
      this.#forecast.computed(wanted.length, tookMs);
      this.#workload.served(wanted.length, tookMs);
      this.#cpuMs += this.#parts.cpuShare * tookMs;
      for (const visit of wanted) if (this.#goesOn(visit)) this.#end(visit, "answered");
      this.#finish(batch);
    });
  }

  #finish(batch: Batch): void {
    this.#forecast.ended(batch.visits);
    this.#freeLanes++;
    this.#compute();
    this.#form();
  }

  #goesOn(visit: Visit): boolean {
    if (visit.isOpen && this.#nowMs >= visit.deadlineMs) this.#end(visit, "expired");
    return visit.isOpen;
  }

  #giveUp(expired: readonly Visit[]): void {
    for (const visit of expired) this.#end(visit, "expired");
  }

  #end(visit: Visit, end: End): void {
    if (!visit.isOpen) return;
    visit.isOpen = false;
    this.#open--;
    this.#parts.ledger.ended(visit, end);
    if (this.#open === 0) this.#onEmpty?.();
  }
}
