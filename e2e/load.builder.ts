import type { Outcome } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { encodeJpeg } from "@sluice/imaging";
import { connectLink, type Link, OffloadClient } from "@sluice/messaging";
import { until } from "@sluice/testkit";

const streams = 8;
const [width, height] = [640, 384];

/** Requests that arrive at random, as often as is asked for, whatever becomes of those before. */
export class Load implements AsyncDisposable {
  /** Requests a second, on average. */
  rate = 0;
  readonly outcomes: Partial<Record<Outcome, number>> = {};
  readonly #link: Link;
  readonly #client: OffloadClient;
  readonly #jpeg: Uint8Array;
  readonly #prng = seededPrng(11);
  #frame = 0;
  #cancel = () => {};

  private constructor(link: Link, client: OffloadClient, jpeg: Uint8Array) {
    this.#link = link;
    this.#client = client;
    this.#jpeg = jpeg;
    client.onEnd(({ outcome }) => {
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    });
    this.#next();
  }

  static async start(natsUrl: string, model: string): Promise<Load> {
    const link = await connectLink({ servers: [natsUrl], name: "load", clock: systemClock });
    await until(() => link.connected);
    const client = new OffloadClient({ link, model, device: "load", clock: systemClock });
    const data = new Uint8Array(3 * width * height).fill(90);
    const { data: jpeg } = await encodeJpeg({ width, height, data }, { width, quality: 80 });
    return new Load(link, client, jpeg);
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
    const deadlineMs = systemClock.wallMs() + 1_000;
    this.#client.send({ stream: `stream-${frame % streams}`, frame, jpeg: this.#jpeg, deadlineMs });
  }
}
