import { type Heartbeat, heartbeatSchema, type Result, type StreamReport, subjects, validate } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { connectLink, type Decoded, decodeResult, type Link } from "@sluice/messaging";
import type { Device } from "./plan.ts";
import { Tape } from "./tape.ts";

/** Results that may wait while this process is busy. */
const pendingResults = 4_096;
/** A device on this machine answers at once, or is too busy to be asked now. */
const pollTimeoutMs = 900;

/** A device as the demo sees it: its results over the broker, its books from its own page. */
export interface Sight {
  readonly device: Device;
  readonly tape: Tape;
  heartbeat: Heartbeat | undefined;
}

/** The one stream of a demo's device. */
export const reportOf = (sight: Sight): StreamReport | undefined => sight.heartbeat?.streams[0];

export class Fleet {
  readonly sights: readonly Sight[];
  readonly #link: Link;
  readonly #byName: ReadonlyMap<string, Sight>;
  readonly #urls = new Map<Sight, string>();
  #unreadable = 0;

  private constructor(sights: readonly Sight[], link: Link) {
    this.sights = sights;
    this.#link = link;
    this.#byName = new Map(sights.map((sight) => [sight.device.name, sight]));
  }

  static async follow(devices: readonly Device[], keepAnswers: boolean, natsUrl: string, clock: Clock): Promise<Fleet> {
    const link = await connectLink({ servers: [natsUrl], name: "sluice-demo", clock });
    const sights = devices.map((device): Sight => ({ device, tape: new Tape(keepAnswers), heartbeat: undefined }));
    const fleet = new Fleet(sights, link);
    link.subscribe(subjects.resultAll(), { maxPending: pendingResults }, ({ payload }) =>
      fleet.#record(decodeResult(payload)),
    );
    return fleet;
  }

  /** Messages that broke their schema or found no room: with them the answers are not all there. */
  get lost(): number {
    return this.#unreadable + this.#link.overflowed;
  }

  /** A device's page is up. */
  found(device: Device, url: string): void {
    this.#urls.set(this.#byName.get(device.name)!, url);
  }

  /** A device's last word on its books. */
  close(device: Device, report: unknown): void {
    const sight = this.#byName.get(device.name)!;
    this.#urls.delete(sight);
    sight.heartbeat = validate(report, heartbeatSchema, `last report of ${device.name}`, "internal");
  }

  /** Asks every device for its books; one that does not answer now keeps its last ones. */
  async poll(signal: AbortSignal): Promise<void> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(pollTimeoutMs)]);
    await Promise.all([...this.#urls].map(([sight, url]) => this.#ask(sight, url, within)));
  }

  async leave(): Promise<void> {
    await this.#link.close();
  }

  async #ask(sight: Sight, url: string, signal: AbortSignal): Promise<void> {
    const answer = await fetch(new URL("/api/streams", url), { signal }).then(
      (response) => response.json(),
      () => undefined,
    );
    const parsed = heartbeatSchema.safeParse(answer);
    if (parsed.success && this.#urls.has(sight)) sight.heartbeat = parsed.data;
  }

  #record(result: Decoded<Result>): void {
    if (result.ok) this.#byName.get(result.value.device)?.tape.add(result.value);
    else this.#unreadable++;
  }
}
