import type { ErrorCode, Outcome } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { encodeJpeg } from "@sluice/imaging";
import { connectLink, type Link, OffloadClient } from "@sluice/messaging";
import { until } from "@sluice/testkit";

const streams = 8;
const [width, height] = [640, 384];

export interface LoadOptions {
  readonly url: string;
  /** Name of the cloud model that is asked. */
  readonly model: string;
  /** Password of the broker's user `load`. */
  readonly token?: string;
  readonly deadlineMs?: number;
}

/** Requests that arrive at random, as often as is asked for, whatever becomes of those before. */
export class Load implements AsyncDisposable {
  /** Requests a second, on average. */
  rate = 0;
  readonly outcomes: Partial<Record<Outcome, number>> = {};
  /** Why those were refused that were. */
  readonly refusals: Partial<Record<ErrorCode, number>> = {};
  /** Requests that could not be sent, for want of a connection. */
  unsent = 0;
  readonly #link: Link;
  readonly #client: OffloadClient;
  readonly #jpeg: Uint8Array;
  readonly #deadlineMs: number;
  readonly #prng = seededPrng(11);
  #frame = 0;
  #cancel = () => {};

  private constructor(link: Link, client: OffloadClient, jpeg: Uint8Array, deadlineMs: number) {
    this.#link = link;
    this.#client = client;
    this.#jpeg = jpeg;
    this.#deadlineMs = deadlineMs;
    client.onEnd(({ outcome, error }) => {
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
      if (error) this.refusals[error.code] = (this.refusals[error.code] ?? 0) + 1;
    });
    this.#next();
  }

  static async start({ url, model, token, deadlineMs = 1_000 }: LoadOptions): Promise<Load> {
    const link = await connectLink({ servers: [url], name: "load", token, clock: systemClock });
    await until(() => link.connected);
    const client = new OffloadClient({ link, model, device: "load", clock: systemClock });
    const data = new Uint8Array(3 * width * height).fill(90);
    const { data: jpeg } = await encodeJpeg({ width, height, data }, { width, quality: 80 });
    return new Load(link, client, jpeg, deadlineMs);
  }

  /** Sends nothing more, and waits until each request that was sent has ended. */
  async finish(): Promise<void> {
    this.rate = 0;
    const ended = () => Object.values(this.outcomes).reduce((sum, count) => sum + count, 0);
    await until(() => ended() + this.unsent === this.#frame, { what: "the ends of all requests" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancel();
    this.#client.close();
    await this.#link.close();
  }

  /** Looks again soon where nothing is to be sent now. */
  #next(): void {
    const idle = this.rate === 0;
    const gapMs = idle ? 50 : (-1_000 / this.rate) * Math.log(1 - this.#prng.next());
    this.#cancel = systemClock.after(gapMs, () => {
      if (!idle) this.#send();
      this.#next();
    });
  }

  #send(): void {
    const frame = this.#frame++;
    const deadlineMs = systemClock.wallMs() + this.#deadlineMs;
    const stream = `stream-${frame % streams}`;
    if (!this.#client.send({ stream, frame, jpeg: this.#jpeg, deadlineMs })) this.unsent++;
  }
}
