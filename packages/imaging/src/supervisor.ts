import { isErrorCode, limits, SluiceError } from "@sluice/contracts";
import { backoffMs, pause } from "@sluice/foundation";
import type { Polygon } from "@sluice/vision";
import { type CaptureChild, startChild } from "./child.ts";
import type { Delivery } from "./delivery.ts";
import type { Receiver, Report } from "./framing.ts";
import type { CaptureDeps, CaptureOptions, CaptureState } from "./options.ts";
import { type CaptureRequest, redact } from "./request.ts";
import { Watchdog } from "./watchdog.ts";

/** Between two attempts to open a source. */
const RETRY = { firstMs: 1_000, maxMs: 30_000 };
/** A source that ran for this long starts again with the shortest delay. */
const STEADY_MS = 10_000;
/** Time to connect and decode a first picture, where the stall limit is shorter. */
const OPEN_MS = 10_000;
/** Time for the process to start: a machine that is overloaded must not kill what would have come up. */
const START_MS = 30_000;
/** A timer of the longest possible period. */
const NEVER_MS = 2 ** 31 - 1;

type Progress = Extract<Report, { captured: number }>;

/** How one capture process's life ended: well, by `close()`, or with a problem. */
type Ending = "ended" | "closed" | SluiceError;

/** Keeps one stream's capture process running: restarts it, with growing delays, for as long as the stream is open. */
export class Supervisor {
  readonly #options: CaptureOptions;
  readonly #deps: CaptureDeps;
  readonly #delivery: Delivery;
  #request: CaptureRequest;
  #child: CaptureChild | undefined;
  #state: CaptureState = { state: "starting", problem: null, width: 0, height: 0, fps: 0, restarts: 0 };

  constructor(options: CaptureOptions, deps: CaptureDeps, delivery: Delivery) {
    const { source, fps, loop, masks, stallAfterMs, pace } = options;
    this.#options = options;
    this.#deps = deps;
    this.#delivery = delivery;
    this.#request = { source, fps, loop, masks, stallAfterMs, pace, maxPixels: limits.picturePixels };
  }

  /** Resolves when the source ended for good or `signal` aborted; no process is left then. */
  async run(signal: AbortSignal): Promise<void> {
    // An open stream keeps the process alive, also while it waits for its next attempt.
    const alive = setInterval(() => {}, NEVER_MS);
    this.#deps.onState(this.#state);
    await this.#attempts(signal);
    clearInterval(alive);
    this.#change({ state: "ended" });
  }

  /** The present capture process hears of it, and each one that follows begins with it. */
  mask(masks: readonly Polygon[]): void {
    this.#request = { ...this.#request, masks };
    this.#child?.mask(masks);
  }

  async #attempts(signal: AbortSignal): Promise<void> {
    const { clock, prng } = this.#deps;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const startedMs = clock.monotonicMs();
      const ending = await this.#life(signal);
      if (ending === "ended" || ending === "closed") break;
      if (clock.monotonicMs() - startedMs > STEADY_MS) attempt = 0;
      this.#change({ state: ending.code === "source-stalled" ? "stalled" : "retrying", problem: ending });
      await pause(clock, backoffMs(RETRY, attempt, prng), signal);
      if (!signal.aborted) this.#change({ state: "retrying", restarts: this.#state.restarts + 1 });
    }
  }

  async #life(signal: AbortSignal): Promise<Ending> {
    const { promise, resolve } = Promise.withResolvers<Ending>();
    const close = () => resolve("closed");
    signal.addEventListener("abort", close, { once: true });
    const watchdog = new Watchdog(this.#deps.clock, START_MS, () => resolve(this.#silence()));
    const request = this.#request;
    try {
      const child = await startChild(request, this.#receiver(watchdog, resolve), this.#deps.clock);
      if (this.#request.masks !== request.masks) child.mask(this.#request.masks);
      return await this.#attend(child, promise, resolve);
    } catch (error) {
      return this.#problem("source-unreadable", `no capture process: ${String(error)}`);
    } finally {
      watchdog.stop();
      signal.removeEventListener("abort", close);
    }
  }

  async #attend(child: CaptureChild, ending: Promise<Ending>, resolve: (e: Ending) => void): Promise<Ending> {
    void child.gone.then((how) => resolve(this.#problem("source-unreadable", how)));
    this.#child = child;
    this.#delivery.connect((count) => child.grant(count));
    try {
      return await ending;
    } finally {
      this.#child = undefined;
      await child.end();
      this.#delivery.disconnect();
    }
  }

  #receiver(watchdog: Watchdog, resolve: (ending: Ending) => void): Receiver {
    return {
      frameTarget: (header) => this.#delivery.target(header),
      onFrame: (header) => {
        this.#running(watchdog, { width: header.width, height: header.height });
        this.#delivery.arrived(header);
      },
      onReport: (report) => {
        if (report.kind === "started") watchdog.feed(this.#openMs);
        else if (report.kind === "opened") this.#change({ fps: report.fps });
        else this.#progress(report, watchdog, resolve);
      },
    };
  }

  #progress(report: Progress, watchdog: Watchdog, resolve: (ending: Ending) => void): void {
    this.#delivery.captured(report.captured);
    if (report.kind === "alive") this.#running(watchdog, {});
    else if (report.kind === "ended") resolve("ended");
    else resolve(this.#problem(report.code, report.message));
  }

  #running(watchdog: Watchdog, size: { width?: number; height?: number }): void {
    watchdog.feed(this.#options.stallAfterMs);
    this.#change({ ...size, state: "running", problem: null });
  }

  get #openMs(): number {
    return Math.max(OPEN_MS, this.#options.stallAfterMs);
  }

  #silence(): SluiceError {
    return this.#state.state === "running"
      ? this.#problem("source-stalled", `no frame for ${this.#options.stallAfterMs} ms`)
      : this.#problem("source-stalled", `no first frame within ${this.#openMs} ms`);
  }

  #problem(code: string, what: string): SluiceError {
    const { stream, source } = this.#options;
    const message = `stream "${stream}" from ${redact(source)}: ${what}`;
    return new SluiceError(isErrorCode(code) ? code : "source-unreadable", message);
  }

  /** Tells the observer, if anything is different. */
  #change(part: Partial<CaptureState>): void {
    const keys = Object.keys(part) as (keyof CaptureState)[];
    if (keys.every((key) => part[key] === this.#state[key])) return;
    this.#state = { ...this.#state, ...part };
    this.#deps.onState(this.#state);
  }
}
