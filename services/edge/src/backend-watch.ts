import { type Heartbeat, subjects } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import { decodeBackend, type Link } from "@sluice/messaging";

/** A replica that has not advertised itself for this long is not counted on. */
const silentAfterMs = 5_000;
/** Replicas remembered at once; the one heard of longest ago is forgotten first. */
const replicasMax = 256;

/** Listens to what the replicas of the cloud model say of themselves. */
export class BackendWatch {
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #heard = new Map<string, { atMs: number; queueMs: number }>();
  #leave: () => void = () => {};

  constructor(link: Link, model: string, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
    this.listen(model);
  }

  /** Listens to the replicas of this model from now on. */
  listen(model: string): void {
    const clock = this.#clock;
    this.#leave();
    this.#heard.clear();
    this.#leave = this.#link.subscribe(subjects.backendAll(model), { maxPending: 64 }, ({ payload }) => {
      const advert = decodeBackend(payload);
      if (!advert.ok) return;
      this.#heard.delete(advert.value.replica);
      if (!advert.value.draining) {
        this.#heard.set(advert.value.replica, { atMs: clock.monotonicMs(), queueMs: advert.value.queueMs });
      }
      if (this.#heard.size > replicasMax) this.#heard.delete(this.#heard.keys().next().value!);
    });
  }

  stop(): void {
    this.#leave();
  }

  /** Whether any replica is there, and the shortest of their queues in milliseconds. */
  state(): Pick<Heartbeat["uplink"], "backend" | "queueMs"> {
    const nowMs = this.#clock.monotonicMs();
    const fresh = [...this.#heard.values()].filter((replica) => nowMs - replica.atMs < silentAfterMs);
    if (fresh.length > 0) return { backend: "available", queueMs: Math.min(...fresh.map((r) => r.queueMs)) };
    return { backend: this.#heard.size > 0 ? "silent" : "unknown", queueMs: null };
  }
}
