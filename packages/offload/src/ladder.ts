import { limits, type Rung } from "@sluice/contracts";
import { fieldsOf, listOf, numberIn } from "@sluice/foundation";

/**
 * Bytes a pixel of a JPEG at quality 75 before anything was measured: a plain picture's. A guess too low costs one
 * encoding, one too high would put off the first reply, which teaches most.
 */
const firstBytesPerPixel = 0.03;
const follow = 0.2;
/** What a JPEG takes however small its picture: its tables. */
const headerBytes = 500;
/** How much more or less a crop's pixels weigh than its picture's, at most. */
const mostDensity = 8;

/** What each rung of a stream's payload ladder is expected to weigh, learned from what was encoded. */
export class Ladder {
  readonly #picture: string;
  readonly #rungs: { rung: Rung; bytes: number; weighed: boolean }[];
  /** What the pixels of crops weigh against those of their pictures: what is doubtful is seldom plain. */
  #density = 1;

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

  /** Expected bytes, as a picture, of a crop of this share of the area. */
  cropBytes(rung: Rung, share: number): number {
    return Math.ceil(headerBytes + this.#density * this.#plainBytes(rung, share));
  }

  /** A crop of this share of the area, at this rung's scale and quality, took `bytes` as a picture. */
  croppedTo(rung: Rung, share: number, bytes: number): void {
    const density = (bytes - headerBytes) / Math.max(1, this.#plainBytes(rung, share));
    this.#density += follow * (Math.min(mostDensity, Math.max(1 / mostDensity, density)) - this.#density);
  }

  #plainBytes(rung: Rung, share: number): number {
    const whole = this.#rungs.find((r) => r.rung.name === rung.name)?.bytes ?? 0;
    return share * Math.max(0, whole - headerBytes);
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
    return {
      picture: this.#picture,
      rungs: weighed.map(({ rung, bytes }) => ({ ...rung, bytes })),
      density: this.#density,
    };
  }

  /** Takes up what {@link toJSON} wrote, of the rungs that are still the same; throws, saying why, where it cannot be. */
  recall(value: unknown): void {
    const { picture, rungs, density } = fieldsOf(value, "ladder");
    const known = listOf(rungs, "rungs", limits.rungs, fieldsOf);
    if (picture !== this.#picture) return;
    if (density !== undefined) this.#density = numberIn(density, "density", 1 / mostDensity, mostDensity);
    for (const { bytes, ...rung } of known) {
      const weight = numberIn(bytes, "bytes", 0, 4 * limits.picturePixels);
      const entry = this.#rungs.find((r) => sameRung(r.rung, rung));
      if (entry) Object.assign(entry, { bytes: weight, weighed: true });
    }
  }
}

const sameRung = (a: Rung, b: Partial<Record<keyof Rung, unknown>>): boolean =>
  a.name === b.name && a.width === b.width && a.quality === b.quality;
