import { type Heartbeat, type Result, type StreamReport, subjects } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { connectLink, type Decoded, decodeHeartbeat, decodeResult, type Link } from "@sluice/messaging";
import type { Device } from "./plan.ts";
import { Tape } from "./tape.ts";

/** Results that may wait while this process is busy. */
const pendingResults = 4_096;

/** A device as its own messages show it. */
export interface Sight {
  readonly device: Device;
  readonly tape: Tape;
  heartbeat: Heartbeat | undefined;
}

/** The one stream of a demo's device. */
export const reportOf = (sight: Sight): StreamReport | undefined => sight.heartbeat?.streams[0];

/** Follows the demo's devices over the broker, as any consumer could. */
export class Fleet {
  readonly sights: readonly Sight[];
  /** Messages that broke their schema or found no room: with them the answers are not all there. */
  get lost(): number {
    return this.#unreadable + this.#link.overflowed;
  }
  #unreadable = 0;
  readonly #link: Link;
  readonly #byName: ReadonlyMap<string, Sight>;

  private constructor(sights: readonly Sight[], link: Link) {
    this.sights = sights;
    this.#link = link;
    this.#byName = new Map(sights.map((sight) => [sight.device.name, sight]));
  }

  static async follow(devices: readonly Device[], keepAnswers: boolean, natsUrl: string, clock: Clock): Promise<Fleet> {
    const link = await connectLink({ servers: [natsUrl], name: "sluice-demo", clock });
    const sights = devices.map((device): Sight => ({ device, tape: new Tape(keepAnswers), heartbeat: undefined }));
    const fleet = new Fleet(sights, link);
    link.subscribe(subjects.heartbeatAll(), {}, ({ payload }) => fleet.#hear(decodeHeartbeat(payload)));
    link.subscribe(subjects.resultAll(), { maxPending: pendingResults }, ({ payload }) =>
      fleet.#record(decodeResult(payload)),
    );
    return fleet;
  }

  #hear(heartbeat: Decoded<Heartbeat>): void {
    const sight = heartbeat.ok ? this.#byName.get(heartbeat.value.device) : undefined;
    if (sight && heartbeat.ok) sight.heartbeat = heartbeat.value;
    if (!heartbeat.ok) this.#unreadable++;
  }

  #record(result: Decoded<Result>): void {
    if (result.ok) this.#byName.get(result.value.device)?.tape.add(result.value);
    else this.#unreadable++;
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}
