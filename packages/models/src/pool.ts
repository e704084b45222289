import type { Transferable } from "node:worker_threads";
import { asSluiceError, SluiceError } from "@sluice/contracts";
import { type Backoff, backoffMs, type Prng, seededPrng } from "@sluice/foundation";
import type { Answer, Blueprint, GraphInfo, Request } from "./messages.ts";
import { type Job, type Patience, Thread } from "./thread.ts";

/** Requests waiting for a worker; one more is refused as `overloaded`. */
export const queuedJobs = 256;
/** Threads that hang inside a run and cannot be ended; with so many of them no new ones are started. */
const abandonedThreads = 4;
const restart: Backoff = { firstMs: 100, maxMs: 30_000 };

/** Worker threads with the same model. Requests are served first come, first served. */
export class Pool {
  readonly #blueprint: Blueprint;
  readonly #workers: number;
  readonly #patience: Patience;
  readonly #prng: Prng = seededPrng(1);
  /** Threads that work or will once loaded. */
  readonly #threads = new Set<Thread>();
  /** Threads that were given up but still run. */
  readonly #abandoned = new Set<Thread>();
  readonly #idle: Thread[] = [];
  readonly #queue: Job[] = [];
  #cancelRestart: (() => void) | undefined;
  #failedStarts = 0;
  #isOpen = false;
  #closed: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  private constructor(blueprint: Blueprint, workers: number, patience: Patience) {
    this.#blueprint = blueprint;
    this.#workers = workers;
    this.#patience = patience;
  }

  /** Resolves once every worker is warm; where one fails, closes the others and throws its error. */
  static async open(blueprint: Blueprint, workers: number, patience: Patience) {
    const pool = new Pool(blueprint, workers, patience);
    const loading = Array.from({ length: workers }, () => pool.#start().loaded);
    try {
      const [graph] = await Promise.all(loading);
      pool.#isOpen = true;
      pool.#refill();
      return { pool, graph: graph as GraphInfo };
    } catch (error) {
      await Promise.allSettled(loading);
      await pool.close();
      throw error;
    }
  }

  /** `transfer` lists buffers in the request that move to the worker. */
  submit(request: Request, transfer: Transferable[]): Promise<Answer> {
    const { name } = this.#blueprint;
    if (this.#closed) return Promise.reject(new SluiceError("draining", `${name}: the model is being closed`));
    if (this.#queue.length >= queuedJobs) {
      return Promise.reject(new SluiceError("overloaded", `${name}: ${queuedJobs} requests wait already`));
    }
    if (this.#threads.size === 0 && this.#abandoned.size >= abandonedThreads) {
      return Promise.reject(
        new SluiceError("internal", `${name}: ${abandonedThreads} workers hang; restart the process`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, transfer, resolve, reject });
      this.#dispatch();
    });
  }

  /** Takes no more requests, finishes those it has, then ends the threads. */
  close(): Promise<void> {
    this.#closed ??= this.#drain();
    return this.#closed;
  }

  async #drain(): Promise<void> {
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    this.#checkDrained();
    await drained;
    this.#isOpen = false;
    this.#cancelRestart?.();
    const threads = [...this.#threads];
    await Promise.allSettled(threads.map((thread) => thread.loaded));
    await Promise.all(threads.filter((thread) => this.#threads.has(thread)).map((thread) => thread.close()));
  }

  #checkDrained(): void {
    if (this.#queue.length === 0 && ![...this.#threads].some((thread) => thread.isBusy)) this.#drained?.();
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && this.#idle.length > 0) this.#idle.shift()!.run(this.#queue.shift()!);
    this.#checkDrained();
  }

  #start(): Thread {
    const thread = new Thread(this.#blueprint, this.#patience, {
      onIdle: (it) => {
        this.#idle.push(it);
        this.#dispatch();
      },
      onLost: (it, error) => this.#lose(it, error),
      onGone: (it) => {
        this.#threads.delete(it);
        if (this.#abandoned.delete(it)) this.#refill();
      },
    });
    this.#threads.add(thread);
    return thread;
  }

  #lose(thread: Thread, error: SluiceError): void {
    this.#threads.delete(thread);
    this.#abandoned.add(thread);
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#refill();
    if (this.#threads.size === 0 && !this.#cancelRestart) this.#refuseQueued(error);
    this.#checkDrained();
  }

  /** Starts what is missing, at once; after a start that failed, with growing delays. */
  #refill(): void {
    const missing = this.#workers - this.#threads.size;
    if (!this.#isOpen || missing <= 0 || this.#cancelRestart || this.#abandoned.size >= abandonedThreads) return;
    const delayMs = this.#failedStarts === 0 ? 0 : backoffMs(restart, this.#failedStarts - 1, this.#prng);
    this.#cancelRestart = this.#patience.clock.after(delayMs, () => {
      this.#cancelRestart = undefined;
      void this.#restart();
    });
  }

  async #restart(): Promise<void> {
    try {
      await this.#start().loaded;
      this.#failedStarts = 0;
      this.#refill();
    } catch (error) {
      this.#failedStarts++;
      if (this.#threads.size === 0) this.#refuseQueued(asSluiceError(error));
    }
  }

  #refuseQueued(error: SluiceError): void {
    for (const job of this.#queue.splice(0)) job.reject(error);
    this.#checkDrained();
  }
}
