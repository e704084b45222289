import type { Rung } from "@sluice/contracts";

/** A JPEG of camera pictures takes about this many bytes a pixel at quality 75 before anything was measured. */
const firstBytesPerPixel = 0.15;
const follow = 0.2;

/** What each rung of a stream's payload ladder is expected to weigh, learned from what was encoded. */
export class Ladder {
  readonly #rungs: { rung: Rung; bytes: number }[];

  constructor(rungs: readonly Rung[], width: number, height: number) {
    this.#rungs = rungs.map((rung) => {
      const scale = Math.min(1, rung.width / width);
      return { rung, bytes: width * height * scale * scale * firstBytesPerPixel * (rung.quality / 75) };
    });
  }

  /** The rungs with their expected bytes on the wire, in the configured order: best first. */
  candidates(overheadBytes: number): { rung: Rung; bytes: number }[] {
    return this.#rungs.map(({ rung, bytes }) => ({ rung, bytes: Math.ceil(bytes + overheadBytes) }));
  }

  weighed(rung: Rung, bytes: number): void {
    const entry = this.#rungs.find((r) => r.rung.name === rung.name);
    if (entry) entry.bytes += follow * (bytes - entry.bytes);
  }
}
