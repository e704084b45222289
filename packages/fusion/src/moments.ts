import type { CameraMotion, Detection } from "@sluice/vision";
import type { Track } from "./track.ts";

/** Frames that a reply may lag behind; an older reply teaches nothing any more. */
const momentsKept = 256;
/** The tracks of one frame in so many are kept, those of the others found again from them. */
const anchorEvery = 16;

/** One frame: what the edge saw, and how the camera moved since the frame before. */
export interface Look {
  readonly frame: number;
  /** Stream time, milliseconds. */
  readonly atMs: number;
  readonly edge: readonly Detection[];
  readonly camera: CameraMotion;
}

/** The same, with what was followed. */
export interface Moment extends Look {
  readonly tracks: readonly Track[];
}

/** The tracks of the next frame, from the frame before it. Pure. */
export type Follow = (last: Moment | undefined, now: Look) => readonly Track[];

interface Kept extends Look {
  /** Undefined where they follow from an earlier frame's. */
  tracks: readonly Track[] | undefined;
  readonly anchor: boolean;
}

/**
 * The last frames of a stream, so that a late reply can go on from its own. Tracks are many and most frames are never
 * asked about: the tracks of all frames would be most of a device's memory. The first and the last frame have theirs.
 */
export class Moments {
  readonly #follow: Follow;
  #kept: Kept[] = [];
  #sinceAnchor = 0;

  constructor(follow: Follow) {
    this.#follow = follow;
  }

  copy(): Moments {
    const copy = new Moments(this.#follow);
    copy.#kept = this.#kept.map((kept) => ({ ...kept }));
    copy.#sinceAnchor = this.#sinceAnchor;
    return copy;
  }

  /** Takes the next frame. */
  add({ frame, atMs, edge, camera }: Look): Moment {
    const last = this.#kept.at(-1);
    const look = { frame, atMs, edge, camera };
    const moment = { ...look, tracks: this.#follow(last as Moment | undefined, look) };
    if (last && !last.anchor) last.tracks = undefined;
    const anchor = !last || ++this.#sinceAnchor >= anchorEvery;
    if (anchor) this.#sinceAnchor = 0;
    this.#kept.push({ ...moment, anchor });
    this.#forget();
    return moment;
  }

  /** A frame with its tracks; undefined where it is too long gone. */
  at(frame: number): Moment | undefined {
    const index = this.#kept.findIndex((kept) => kept.frame === frame);
    if (index < 0) return undefined;
    let from = index;
    while (!this.#kept[from]!.tracks) from--;
    let moment = this.#kept[from] as Moment;
    for (const look of this.#kept.slice(from + 1, index + 1)) {
      moment = { ...look, tracks: this.#follow(moment, look) };
    }
    return moment;
  }

  /** At most `count` frames just before a frame, oldest first. */
  before(frame: number, count: number): Look[] {
    const index = this.#kept.findIndex((kept) => kept.frame === frame);
    return this.#kept.slice(Math.max(0, index - count), Math.max(0, index));
  }

  /** What is known of a frame has changed: the frames after it are followed anew. */
  restart(moment: Moment): void {
    const index = this.#kept.findIndex((kept) => kept.frame === moment.frame);
    const rest = this.#kept.slice(index + 1);
    this.#kept = [...this.#kept.slice(0, index), { ...moment, anchor: true }];
    this.#sinceAnchor = 0;
    for (const look of rest) this.add(look);
  }

  /** Forgets up to an anchor, from which the rest follows. */
  #forget(): void {
    const excess = this.#kept.length - momentsKept;
    if (excess > 0 && this.#kept[excess]!.anchor) this.#kept.splice(0, excess);
  }
}
