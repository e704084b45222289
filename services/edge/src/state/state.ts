import { SluiceError } from "@sluice/contracts";
import { type Clock, invariant } from "@sluice/foundation";
import type { Logger, Metrics } from "@sluice/observability";
import { documentChars, documentsMax } from "./database.ts";
import { type Kind, rowOf, valueOf } from "./document.ts";
import type { FromWorker, Row } from "./messages.ts";
import { Thread } from "./thread.ts";

/** What was saved is on disk this long after, at most; where the disk refuses, it is tried again this often. */
const writeAfterMs = 3_000;
const retryAfterMs = 30_000;
/** A disk that does not answer must not keep a camera from starting, nor a device from ending. */
const patienceMs = 10_000;

export interface StateOptions {
  /** Folder of the state; without one everything lives in memory alone. */
  readonly directory: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * What a device knows beyond its process: named documents, each of a {@link Kind}. Saving returns at once; a thread
 * writes in batches. A disk that fails costs what was learned, at the next start, and never a frame.
 */
export class State {
  readonly #options: StateOptions;
  readonly #thread: Thread | undefined;
  readonly #opened = Promise.withResolvers<void>();
  /** Everything known, by name, the one saved longest ago first. */
  readonly #rows = new Map<string, Row>();
  readonly #unwritten = new Set<string>();
  readonly #aside = new Set<string>();
  #writing: PromiseWithResolvers<boolean> | undefined;
  #cancel: (() => void) | undefined;
  #problem: SluiceError | undefined;

  private constructor(options: StateOptions) {
    this.#options = options;
    const { directory, logger } = options;
    if (directory) this.#thread = new Thread(directory, (message) => this.#hear(message));
    else logger.info("no `state` folder is configured: what this device learns ends with it");
  }

  /** Opens the state, waiting for the disk only so long. Throws `state-taken` where another daemon has it. */
  static async open(options: StateOptions): Promise<State> {
    const state = new State(options);
    if (!state.#thread) return state;
    const error = new SluiceError("state-unwritable", `${options.directory}: no answer within ${patienceMs} ms`);
    const cancel = options.clock.after(patienceMs, () => state.#fail(error));
    await state.#opened.promise.finally(cancel);
    if (state.#problem?.code !== "state-taken") return state;
    await state.close();
    throw state.#problem;
  }

  /** Why nothing is being written, if so; undefined too where nothing was asked to be. */
  get problem(): SluiceError | undefined {
    return this.#problem;
  }

  /** What was last saved under this name; null where nothing was, or where it cannot be read and is set aside. */
  load<T>(name: string, kind: Kind<T>): T | null {
    const row = this.#rows.get(name);
    if (!row) return null;
    try {
      return valueOf(row, kind);
    } catch (cause) {
      this.#rows.delete(name);
      this.#aside.add(name);
      this.#schedule(writeAfterMs);
      this.#setAside(`${this.#options.directory}: document ${name}: ${(cause as Error).message}`, "table `aside`");
      return null;
    }
  }

  /** Keeps a value; it is on disk within seconds, or when {@link State.flush} resolves. */
  save<T>(name: string, kind: Kind<T>, value: T): void {
    const row = rowOf(name, kind, value);
    invariant(row.body.length <= documentChars, `the state of ${name} has a bound`);
    this.#rows.delete(name);
    this.#rows.set(name, row);
    if (this.#rows.size > documentsMax) this.#rows.delete(this.#rows.keys().next().value!);
    this.#unwritten.add(name);
    this.#schedule(writeAfterMs);
  }

  /** Resolves when all that was saved is on disk: true, or false where the disk refuses or there is none. */
  async flush(): Promise<boolean> {
    while (this.#writing) await this.#writing.promise;
    if (!this.#thread) return false;
    if (this.#unwritten.size + this.#aside.size === 0) return this.#problem === undefined;
    const rows = [...this.#unwritten].map((name) => this.#rows.get(name)).filter((row) => row !== undefined);
    this.#writing = Promise.withResolvers();
    const { promise } = this.#writing;
    this.#thread.write(rows, [...this.#aside]);
    this.#unwritten.clear();
    this.#aside.clear();
    return promise;
  }

  /** Writes what is left and lets go of the folder. */
  async close(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(patienceMs, late.resolve);
    await Promise.race([this.flush().then(() => this.#thread?.close()), late.promise]);
    cancel();
    this.#cancel?.();
  }

  #schedule(delayMs: number): void {
    if (!this.#thread || this.#cancel) return;
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#cancel = undefined;
      void this.flush();
    });
  }

  #hear(message: FromWorker): void {
    if (message.kind === "written") return this.#written();
    for (const row of message.rows) if (!this.#rows.has(row.name)) this.#rows.set(row.name, row);
    if (message.kind === "failed") return this.#fail(new SluiceError(message.code, message.message));
    if (message.aside) this.#setAside(`${this.#options.directory}: the state there cannot be read`, message.aside);
    this.#options.metrics.set("sluice_edge_state_durable", {}, 1);
    this.#opened.resolve();
  }

  #written(): void {
    const { metrics, logger, directory } = this.#options;
    metrics.inc("sluice_edge_state_writes_total", { outcome: "written" });
    if (this.#problem) logger.info({ directory }, "the state is being written again");
    this.#problem = undefined;
    metrics.set("sluice_edge_state_durable", {}, 1);
    this.#finish(true);
  }

  /** All that is known is written anew when the disk lets us: it may be another one by then. */
  #fail(error: SluiceError): void {
    const { metrics, logger } = this.#options;
    metrics.inc("sluice_edge_state_writes_total", { outcome: "failed" });
    metrics.set("sluice_edge_state_durable", {}, 0);
    if (this.#problem?.message !== error.message) logger.warn({ code: error.code, cure: error.cure }, error.message);
    this.#problem = error;
    for (const name of this.#rows.keys()) this.#unwritten.add(name);
    this.#opened.resolve();
    this.#finish(false);
    this.#schedule(retryAfterMs);
  }

  #finish(written: boolean): void {
    this.#writing?.resolve(written);
    this.#writing = undefined;
  }

  #setAside(message: string, place: string): void {
    const { metrics, logger } = this.#options;
    const { code, cure } = new SluiceError("state-unreadable", message);
    metrics.inc("sluice_edge_state_aside_total", {});
    logger.warn({ code, cure, place }, message);
  }
}
