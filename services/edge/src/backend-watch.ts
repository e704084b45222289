import { type Backend, type Heartbeat, subjects } from "@sluice/contracts";
import type { Clock, Prng } from "@sluice/foundation";
import { decodeBackend, type Link } from "@sluice/messaging";

/** A replica that has not advertised itself for this long is not counted on. */
const silentAfterMs = 5_000;
/** Replicas remembered at once; the one heard of longest ago is forgotten first. */
const replicasMax = 256;

/** Devices that hear of a first replica do not all ask it in the same moment. */
const spreadMs = 2_000;

export interface BackendWatchParts {
  readonly link: Link;
  readonly clock: Clock;
  readonly prng: Prng;
  /** A replica was heard of after a time without any. */
  readonly onReturn: () => void;
}

/** Listens to what the replicas of the cloud model say of themselves. */
export class BackendWatch {
  readonly #parts: BackendWatchParts;
  readonly #heard = new Map<string, { atMs: number; queueMs: number }>();
  #leave: () => void = () => {};
  #cancel: () => void = () => {};

  constructor(model: string, parts: BackendWatchParts) {
    this.#parts = parts;
    this.listen(model);
  }

  /** Listens to the replicas of this model from now on. */
  listen(model: string): void {
    this.stop();
    this.#heard.clear();
    this.#leave = this.#parts.link.subscribe(subjects.backendAll(model), { maxPending: 64 }, ({ payload }) => {
      const advert = decodeBackend(payload);
      if (advert.ok) this.#hear(advert.value);
    });
  }

  stop(): void {
    this.#leave();
    this.#cancel();
  }

  /** Whether any replica is there, and the shortest of their queues in milliseconds. */
  state(): Pick<Heartbeat["uplink"], "backend" | "queueMs"> {
    const fresh = this.#fresh();
    if (fresh.length > 0) return { backend: "available", queueMs: Math.min(...fresh.map((r) => r.queueMs)) };
    return { backend: this.#heard.size > 0 ? "silent" : "unknown", queueMs: null };
  }

  #hear({ replica, draining, queueMs }: Backend): void {
    const { clock, prng, onReturn } = this.#parts;
    const isFirst = !draining && this.#fresh().length === 0;
    this.#heard.delete(replica);
    if (!draining) this.#heard.set(replica, { atMs: clock.monotonicMs(), queueMs });
    if (this.#heard.size > replicasMax) this.#heard.delete(this.#heard.keys().next().value!);
    if (isFirst) this.#cancel = clock.after(spreadMs * prng.next(), onReturn);
  }

  #fresh(): { atMs: number; queueMs: number }[] {
    const nowMs = this.#parts.clock.monotonicMs();
    return [...this.#heard.values()].filter((replica) => nowMs - replica.atMs < silentAfterMs);
  }
}
