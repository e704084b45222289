import type { Polygon } from "@sluice/vision";
import { Delivery } from "./delivery.ts";
import type { Capture, CaptureDeps, CapturedFrame, CaptureOptions } from "./options.ts";
import { Supervisor } from "./supervisor.ts";

/**
 * Opens a stream in a process of its own. Never throws for what the source does: `onState` says what is wrong, and the
 * source is reopened, with growing delays, until it works or `close()` is called.
 */
export function openCapture(options: CaptureOptions, deps: CaptureDeps): Capture {
  return new StreamCapture(options, deps);
}

class StreamCapture implements Capture {
  readonly #delivery: Delivery;
  readonly #supervisor: Supervisor;
  readonly #closing = new AbortController();
  readonly #over: Promise<void>;

  constructor(options: CaptureOptions, deps: CaptureDeps) {
    this.#delivery = new Delivery(options.stream, options.pace);
    this.#supervisor = new Supervisor(options, deps, this.#delivery);
    this.#over = this.#supervisor.run(this.#closing.signal).finally(() => this.#delivery.finish());
  }

  next(): Promise<CapturedFrame | undefined> {
    return this.#delivery.next();
  }

  mask(masks: readonly Polygon[]): void {
    this.#supervisor.mask(masks);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#over;
    this.#delivery.clear();
  }
}
