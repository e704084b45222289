import type { Terminal } from "../terminal.ts";

const width = 30;
const redrawMs = 100;

/** Shows how far a long step is: redrawn on a terminal; a line a tenth elsewhere. */
export class Bar {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #step = "";
  #tenth = -1;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #begunMs = 0;
  #begunAt = 0;

  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  show(step: string, done: number, total: number): void {
    const nowMs = this.#now();
    if (step !== this.#step) this.#begin(step, done, nowMs);
    if (this.#terminal.live) this.#draw(done, total, nowMs);
    else this.#write(done, total);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#terminal.live && this.#step !== "") this.#terminal.write("\r\x1b[K");
    this.#step = "";
  }

  #begin(step: string, done: number, nowMs: number): void {
    this.#step = step;
    this.#tenth = -1;
    this.#begunMs = nowMs;
    this.#begunAt = done;
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }

  #draw(done: number, total: number, nowMs: number): void {
    if (nowMs - this.#drawnMs < redrawMs && done < total) return;
    this.#drawnMs = nowMs;
    const filled = Math.round((width * done) / Math.max(1, total));
    const bar = `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
    const leftMs = ((nowMs - this.#begunMs) / Math.max(1, done - this.#begunAt)) * (total - done);
    const left = done > this.#begunAt ? ` ${Math.ceil(leftMs / 1_000)} s left` : "";
    this.#terminal.write(`\r\x1b[K${bar} ${this.#step} ${done}/${total}${left}`);
  }

  #write(done: number, total: number): void {
    const tenth = Math.floor((10 * done) / Math.max(1, total));
    if (tenth === this.#tenth) return;
    this.#tenth = tenth;
    this.#terminal.write(`${this.#step}: ${done} of ${total}\n`);
  }
}
