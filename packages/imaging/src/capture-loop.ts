import type { Outbox } from "./outbox.ts";
import { Pacer, RateCap } from "./pacing.ts";
import type { CaptureRequest } from "./request.ts";
import { type Shot, type Source, SourceProblem } from "./shot.ts";
import { openSource } from "./source.ts";

/** Share of the stall limit after which the parent hears that all is well. */
const ALIVE_SHARE = 1 / 4;

/** Reads one source, again and again if it is to be looped, and hands its pictures to the outbox. */
export class CaptureLoop {
  readonly #request: CaptureRequest;
  readonly #outbox: Outbox;
  readonly #pacer = new Pacer();
  readonly #cap: RateCap;
  #decoded = 0;
  #heard = 0;
  #waiting = false;

  constructor(request: CaptureRequest, outbox: Outbox) {
    this.#request = request;
    this.#outbox = outbox;
    this.#cap = new RateCap(request.source.startsWith("dir:") ? undefined : request.fps);
  }

  /** Resolves at the end of a source that has one, once its last picture is taken; rejects with a SourceProblem. */
  async run(): Promise<void> {
    const timer = setInterval(() => this.#sayAlive(), this.#request.stallAfterMs * ALIVE_SHARE);
    try {
      let again = true;
      while (again) again = (await this.#pass()) && this.#request.loop;
      await this.#settled();
    } finally {
      clearInterval(timer);
    }
  }

  /** From start to end; true if the source may be started again. */
  async #pass(): Promise<boolean> {
    const source = await openSource(this.#request);
    this.#outbox.report({ kind: "opened", fps: Math.min(source.fps, this.#request.fps ?? source.fps) });
    this.#pacer.restart();
    const before = this.#decoded;
    for (let shot = await source.next(); shot; shot = await source.next()) await this.#take(shot, source);
    await source.close();
    if (this.#decoded === before) throw new SourceProblem("source-unreadable", "it holds no picture");
    if (!source.finite) throw new SourceProblem("source-unreadable", "the other side ended it");
    return true;
  }

  async #take(shot: Shot, source: Source): Promise<void> {
    this.#decoded++;
    if (!this.#cap.keeps((source.finite ? shot.mediaMs : undefined) ?? performance.now())) return shot.free();
    if (this.#request.pace === "asap") await this.#settled();
    else if (source.finite) await this.#pause(this.#pacer.delayMs(shot.mediaMs, source.fps, performance.now()));
    this.#outbox.put(shot);
  }

  async #pause(delayMs: number): Promise<void> {
    if (delayMs < 1) return;
    await this.#waitFor(new Promise((resolve) => setTimeout(resolve, delayMs)));
  }

  /** The consumer has taken the last picture. */
  async #settled(): Promise<void> {
    await this.#waitFor(this.#outbox.settled());
  }

  /** Waiting on purpose is no stall. */
  async #waitFor(event: Promise<unknown>): Promise<void> {
    this.#waiting = true;
    await event;
    this.#waiting = false;
  }

  #sayAlive(): void {
    if (this.#decoded === this.#heard && !this.#waiting) return;
    this.#heard = this.#decoded;
    this.#outbox.report({ kind: "alive", captured: this.#outbox.captured });
  }
}
