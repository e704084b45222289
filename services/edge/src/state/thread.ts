import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { FromWorker, Row, ToWorker } from "./messages.ts";

/** The thread that has the database. It gets one request at a time, and keeps the process alive only while it has one. */
export class Thread {
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  readonly #hear: (message: FromWorker) => void;

  constructor(directory: string, hear: (message: FromWorker) => void) {
    this.#hear = hear;
    this.#worker = new Worker(new URL("./state-worker.ts", import.meta.url), { workerData: directory });
    this.#exited = once(this.#worker, "exit").catch(() => undefined);
    this.#worker.on("message", (message: FromWorker) => {
      this.#worker.unref();
      this.#hear(message);
    });
    this.#worker.on("error", ({ message }) => this.#lost(`the thread that writes it ended: ${message}`));
  }

  write(rows: readonly Row[], aside: readonly string[]): void {
    this.#send({ kind: "write", rows, aside });
  }

  /** Resolves when the database is closed. */
  async close(): Promise<void> {
    this.#send({ kind: "close" });
    await this.#exited;
  }

  #send(message: ToWorker): void {
    this.#worker.ref();
    this.#worker.postMessage(message, []);
  }

  #lost(message: string): void {
    this.#hear({ kind: "failed", code: "state-unwritable", message, rows: [] });
  }
}
