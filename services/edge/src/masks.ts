import { type StreamConfig, type ToldMasks, toldMasksSchema } from "@sluice/contracts";
import { coverOf, type Detection, type Polygon } from "@sluice/vision";
import type { Kind } from "./state/document.ts";
import type { State } from "./state/state.ts";

/** From a box that lies so far under masks a model had nothing but black to go by: no thing was seen there. */
const hiddenShare = 0.9;

const toldKind: Kind<ToldMasks> = { version: 1, parse: (value) => toldMasksSchema.parse(value) };

/**
 * What is painted black in each stream's pictures: what the device's own file says, and what an operator adds. What was told
 * outlives the process, the policy and the operator: it ends only when other masks are told.
 */
export class Masks {
  readonly #own: ReadonlyMap<string, readonly Polygon[]>;
  readonly #state: State;
  readonly #listeners: (() => void)[] = [];
  #told: ToldMasks | null;
  #all = new Map<string, readonly Polygon[]>();

  constructor(streams: readonly Pick<StreamConfig, "name" | "masks">[], state: State) {
    this.#own = new Map(streams.map(({ name, masks }) => [name, masks]));
    this.#state = state;
    this.#told = state.load("masks", toldKind);
    this.#combine();
  }

  /** Of one stream; another list when it changed. */
  of(stream: string): readonly Polygon[] {
    return this.#all.get(stream) ?? [];
  }

  /** The version that was told last; null before the first. */
  get version(): string | null {
    return this.#told?.version ?? null;
  }

  tell(told: ToldMasks): void {
    if (told.version === this.version) return;
    this.#told = told;
    this.#state.save("masks", toldKind, told);
    this.#combine();
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #combine(): void {
    const { streams = {} } = this.#told ?? {};
    const added = (name: string) => (Object.hasOwn(streams, name) ? streams[name]! : []);
    this.#all = new Map([...this.#own].map(([name, own]) => [name, [...own, ...added(name)]]));
  }
}

/** Keeps the boxes that something can have been seen of. */
export function visibleUnder(
  masks: readonly Polygon[],
  { width, height }: { readonly width: number; readonly height: number },
): (boxes: readonly Detection[]) => readonly Detection[] {
  if (masks.length === 0) return (boxes) => boxes;
  const cover = coverOf(masks, width, height);
  return (boxes) => boxes.filter((box) => cover(box) < hiddenShare);
}
