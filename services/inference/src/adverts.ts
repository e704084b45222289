import { subjects, versionOfWire } from "@sluice/contracts";
import type { Clock, Prng } from "@sluice/foundation";
import { encodeBackend, type Link } from "@sluice/messaging";
import type { Pipeline } from "./pipeline.ts";

const everyMs = 1_000;
/** Replicas that were started together do not speak together: each period is shortened by up to this share. */
const jitter = 0.2;

export interface AdvertParts {
  readonly link: Link;
  readonly replica: string;
  readonly clock: Clock;
  readonly prng: Prng;
}

/** Says of each model, every second, how long its queue is, so that devices can judge whether a reply will come in time. */
export class Adverts {
  readonly #parts: AdvertParts;
  readonly #pipelines: readonly Pipeline[];
  readonly #onTick: () => void;
  #draining = false;
  #cancel = () => {};

  /** `onTick` is called whenever an advert is due. */
  constructor(parts: AdvertParts, pipelines: readonly Pipeline[], onTick: () => void) {
    this.#parts = parts;
    this.#pipelines = pipelines;
    this.#onTick = onTick;
    this.#tick();
  }

  /** From now on says that this replica takes no more requests, and says so at once. */
  drain(): void {
    this.#draining = true;
    this.#publish();
  }

  stop(): void {
    this.#cancel();
  }

  #tick(): void {
    this.#publish();
    this.#onTick();
    const delayMs = everyMs * (1 - jitter * this.#parts.prng.next());
    this.#cancel = this.#parts.clock.after(delayMs, () => this.#tick());
  }

  /** While there is no broker nothing is sent, and nothing has to be: the next one is newer. */
  #publish(): void {
    const { link, replica, clock } = this.#parts;
    for (const { name, slot, line, load } of this.#pipelines) {
      const state = { model: name, digest: slot.model.digest, ...line, load, draining: this.#draining };
      const advert = { version: versionOfWire, replica, atMs: clock.wallMs(), ...state };
      link.publish(subjects.backend(name, replica), encodeBackend(advert));
    }
  }
}
