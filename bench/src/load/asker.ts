import { setTimeout as pause } from "node:timers/promises";
import type { OffloadReply } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { connectLink, OffloadClient, type OffloadEnd } from "@sluice/messaging";
import { until } from "@sluice/testkit";

/** Nothing expires: what waits is to be seen waiting. */
export const patienceMs = 60_000;
const streams = 48;

/** A request that was answered, and when it was sent on this process's clock. */
export interface Asked {
  readonly sentMs: number;
  readonly reply: OffloadReply;
}

/** Sends offloads as a device does. */
export class Asker implements AsyncDisposable {
  readonly #client: OffloadClient;
  readonly #close: () => Promise<void>;
  readonly #jpegs: readonly Uint8Array[];
  readonly #waiting = new Map<number, (end: OffloadEnd) => void>();
  #frame = 0;

  private constructor(client: OffloadClient, jpegs: readonly Uint8Array[], close: () => Promise<void>) {
    this.#client = client;
    this.#jpegs = jpegs;
    this.#close = close;
    client.onEnd((end) => {
      this.#waiting.get(end.frame)?.(end);
      this.#waiting.delete(end.frame);
    });
  }

  static async start(server: string, model: string, jpegs: readonly Uint8Array[]): Promise<Asker> {
    const link = await connectLink({ servers: [server], name: "asker", clock: systemClock });
    await until(() => link.connected);
    const client = new OffloadClient({ link, model, device: "asker", clock: systemClock });
    return new Asker(client, jpegs, () => {
      client.close();
      return link.close();
    });
  }

  /** Sends one request. Rejects if it is not answered. */
  async ask(): Promise<Asked> {
    const frame = this.#frame++;
    const jpeg = this.#jpegs[frame % this.#jpegs.length]!;
    const ended = new Promise<OffloadEnd>((resolve) => this.#waiting.set(frame, resolve));
    const sentMs = performance.now();
    const stream = `stream-${frame % streams}`;
    if (!this.#client.send({ stream, frame, jpeg, deadlineMs: Date.now() + patienceMs }))
      throw new Error("the broker is out of reach");
    const { outcome, reply, error } = await ended;
    if (!reply) throw new Error(`a request ended as ${outcome}: ${error?.message ?? "without a word"}`);
    return { sentMs, reply };
  }

  /** Sends at these times from now on, whatever becomes of the requests before. */
  async askAt(timesMs: readonly number[]): Promise<Asked[]> {
    const beganMs = performance.now();
    const answers: Promise<Asked>[] = [];
    for (const atMs of timesMs) {
      await pause(Math.max(0, beganMs + atMs - performance.now()));
      answers.push(this.ask());
    }
    return Promise.all(answers);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}
