import { limits, type Rung } from "@sluice/contracts";
import { fieldsOf, listOf, numberIn } from "@sluice/foundation";

/**
 * Bytes a pixel of a JPEG at quality 75 before anything was measured: a plain picture's. A guess too low costs one
 * encoding, one too high would put off the first reply, which teaches most.
 */
const firstBytesPerPixel = 0.03;
const follow = 0.2;

/** What each rung of a stream's payload ladder is expected to weigh, learned from what was encoded. */
export class Ladder {
  readonly #picture: string;
  readonly #rungs: { rung: Rung; bytes: number; weighed: boolean }[];

  constructor(rungs: readonly Rung[], width: number, height: number) {
    this.#picture = `${width}x${height}`;
    this.#rungs = rungs.map((rung) => {
      const scale = Math.min(1, rung.width / width);
      return { rung, bytes: width * height * scale * scale * firstBytesPerPixel * (rung.quality / 75), weighed: false };
    });
  }

  /** The rungs with their expected bytes on the wire, in the configured order: best first. */
  candidates(overheadBytes: number): { rung: Rung; bytes: number }[] {
    return this.#rungs.map(({ rung, bytes }) => ({ rung, bytes: Math.ceil(bytes + overheadBytes) }));
  }

  /** A picture of this rung took `bytes`. */
  weighed(rung: Rung, bytes: number): void {
    const entry = this.#rungs.find((r) => r.rung.name === rung.name);
    if (!entry) return;
    entry.bytes += (entry.weighed ? follow : 1) * (bytes - entry.bytes);
    entry.weighed = true;
  }

  /** What the rungs weighed, and of pictures of which size. */
  toJSON() {
    const weighed = this.#rungs.filter((r) => r.weighed);
    return { picture: this.#picture, rungs: weighed.map(({ rung, bytes }) => ({ ...rung, bytes })) };
  }

  /** Takes up what {@link toJSON} wrote, of the rungs that are still the same; throws, saying why, where it cannot be. */
  recall(value: unknown): void {
    const { picture, rungs } = fieldsOf(value, "ladder");
    const known = listOf(rungs, "rungs", limits.rungs, fieldsOf);
    if (picture !== this.#picture) return;
    for (const { bytes, ...rung } of known) {
      const weight = numberIn(bytes, "bytes", 0, 4 * limits.picturePixels);
      const entry = this.#rungs.find((r) => sameRung(r.rung, rung));
      if (entry) Object.assign(entry, { bytes: weight, weighed: true });
    }
  }
}

const sameRung = (a: Rung, b: Partial<Record<keyof Rung, unknown>>): boolean =>
  a.name === b.name && a.width === b.width && a.quality === b.quality;
