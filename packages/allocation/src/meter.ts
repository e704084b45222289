/** How far a counter on disk runs ahead of what was sent: a crash counts at most so much that never was. */
export const aheadBytes = 1 << 18;

export interface SavedMeter {
  readonly id: string;
  /** Never less than what was sent, whenever the machine stops. */
  readonly bytes: number;
}

/**
 * Counts what a device sent, over restarts and power cuts. The disk is told of bytes before they are sent, some in
 * advance, so the count never misses one; after a crash it goes on from what the disk says. A lost disk means a new counter
 * with a new name.
 */
export class Meter {
  readonly id: string;
  #bytes: number;
  #savedBytes: number;

  constructor(saved: SavedMeter) {
    this.id = saved.id;
    this.#bytes = saved.bytes;
    this.#savedBytes = saved.bytes;
  }

  /** Bytes sent so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What has to be on disk before `bytes` more are sent; null if it is. */
  toSave(bytes: number): SavedMeter | null {
    const next = this.#bytes + bytes;
    return next <= this.#savedBytes ? null : { id: this.id, bytes: next + aheadBytes };
  }

  saved({ bytes }: SavedMeter): void {
    this.#savedBytes = Math.max(this.#savedBytes, bytes);
  }

  /** Counts bytes that go out now; false, and nothing counted, while the disk does not know of them. */
  spend(bytes: number): boolean {
    if (this.toSave(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }
}
