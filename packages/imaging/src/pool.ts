import { invariant } from "@sluice/foundation";

/** Frames of one stream in the parent's memory at once: arriving, waiting and with the consumer. */
export const POOL_FRAMES = 4;

/** Shared memory for one frame; grows to the largest frame that it held. */
export interface Slot {
  memory: SharedArrayBuffer;
}

/** The bounded memory of one stream. A slot is either free or owned by exactly one holder. */
export class FramePool {
  readonly #free: Slot[] = Array.from({ length: POOL_FRAMES }, () => ({ memory: new SharedArrayBuffer(0) }));

  get free(): number {
    return this.#free.length;
  }

  take(): Slot {
    const slot = this.#free.pop();
    invariant(slot, "a slot is taken only where one is free");
    return slot;
  }

  give(slot: Slot): void {
    invariant(!this.#free.includes(slot), "a slot is given back once");
    this.#free.push(slot);
  }
}

/** The first `byteCount` bytes of the slot, which gets larger memory where it needs it. */
export function view(slot: Slot, byteCount: number): Uint8Array {
  if (slot.memory.byteLength < byteCount) slot.memory = new SharedArrayBuffer(byteCount);
  return new Uint8Array(slot.memory, 0, byteCount);
}
