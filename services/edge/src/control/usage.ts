import { randomUUID } from "node:crypto";
import { aheadBytes, Meter, type SavedMeter } from "@sluice/allocation";
import { fieldsOf, numberIn } from "@sluice/foundation";
import type { Kind } from "../state/document.ts";
import type { State } from "../state/state.ts";

const most = Number.MAX_SAFE_INTEGER;

const meterKind: Kind<SavedMeter> = {
  version: 1,
  parse(value) {
    const { id, bytes } = fieldsOf(value, "meter");
    if (typeof id !== "string" || id.length > 64) throw new TypeError("id: expected a short text");
    return { id, bytes: numberIn(bytes, "bytes", 0, most) };
  },
};

/**
 * What this device ever sent over the metered link, for quotas. The disk is told ahead, in steps, so no frame waits for
 * it; where it refuses, the count goes on in memory, and a crash then loses some of it.
 */
export class Usage {
  readonly #meter: Meter;
  readonly #state: State;
  #saving = false;

  constructor(state: State) {
    this.#state = state;
    this.#meter = new Meter(state.load("meter", meterKind) ?? { id: randomUUID(), bytes: 0 });
    this.#keepAhead();
  }

  get id(): string {
    return this.#meter.id;
  }

  get bytes(): number {
    return this.#meter.bytes;
  }

  /** Whether the disk knows of so many more. */
  allows(bytes: number): boolean {
    return this.#meter.toSave(bytes) === null;
  }

  /** Bytes that went out; only after {@link allows}. */
  spent(bytes: number): void {
    this.#meter.spend(bytes);
    this.#keepAhead();
  }

  /** The exact count, for the last write before the end. */
  settle(): void {
    this.#state.save("meter", meterKind, { id: this.id, bytes: this.bytes });
  }

  #keepAhead(): void {
    const due = this.#meter.toSave(aheadBytes / 2);
    if (due && !this.#saving) void this.#write(due);
  }

  async #write(due: SavedMeter): Promise<void> {
    this.#saving = true;
    this.#state.save("meter", meterKind, due);
    await this.#state.flush();
    this.#saving = false;
    this.#meter.saved(due);
  }
}
