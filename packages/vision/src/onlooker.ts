import { type Alignment, align, aligned, misfits } from "./align.ts";
import { type CameraMotion, still } from "./camera.ts";
import type { Picture } from "./frame.ts";
import { type Grey, pyramid, shrink } from "./grey.ts";
import { changedShare, thumbnail } from "./thumbnail.ts";

/** How a picture differs from the one before it. */
export interface Change {
  /** Share of it that changed, 0 to 1; and that changed as only another scene, or something close by, brings about. */
  readonly motion: number;
  readonly sceneChange: number;
  /** How all of it moved, where it did. */
  readonly camera: CameraMotion;
}

/** A step of grey levels that only another scene, or something close by, brings about. */
const sceneStep = 40;
const levels = 3;
/** Parts of the picture that are asked whether they moved with it. */
const columns = 4;
const rows = 3;
/** From which change of its misfit on a part is for or against: a share, and something for noise. */
const clearShare = 0.015;
const clearMisfit = 5e-4;
/** Pictures that fit worse than this, however they are laid, have nothing in common. */
const mostMisfit = 0.3;
/** What parts said of earlier frames counts on: a new frame's share, and from where a camera starts and ceases to move. */
const follow = 0.15;
const starts = 0.5;
const ceases = 0.1;
/** A camera that stands is looked at in one frame of so many: to look costs about a millisecond. */
const restFrames = 3;

interface Before {
  readonly thumbnail: Uint8Array;
  readonly greys: readonly Grey[];
}

/**
 * Compares each picture of a stream with the one before it. A camera is taken to move when for some time most parts of the
 * picture fit better once it is moved: a large object that passes has the rest against it.
 */
export class Onlooker {
  #before: Before | undefined;
  #moving = false;
  #agreement = 0;
  #frames = 0;

  next(picture: Picture): Change {
    const before = this.#before;
    const now = { thumbnail: thumbnail(picture), greys: pyramid(shrink(picture), levels) };
    this.#before = now;
    if (!before) return { motion: 1, sceneChange: 1, camera: still };
    return {
      motion: changedShare(before.thumbnail, now.thumbnail),
      sceneChange: changedShare(before.thumbnail, now.thumbnail, sceneStep),
      camera: this.#camera(before.greys, now.greys),
    };
  }

  #camera(before: readonly Grey[], after: readonly Grey[]): CameraMotion {
    const [from, to] = [before.at(-1)!, after.at(-1)!];
    if (from.width !== to.width || from.height !== to.height) return still;
    if (!this.#moving && this.#frames++ % restFrames > 0) return still;
    const found = align(before, after);
    const unmoved = misfits(from, to, aligned, columns, rows);
    const moved = misfits(from, to, found, columns, rows);
    this.#agreement += follow * (votes(unmoved, moved) - this.#agreement);
    this.#moving = this.#agreement > (this.#moving ? ceases : starts);
    return this.#moving && mean(moved) < mostMisfit ? motionOf(found, from) : still;
  }
}

/** Parts that moved with the picture less those that did not, as a share of all. */
function votes(unmoved: Float64Array, moved: Float64Array): number {
  let sum = 0;
  for (const [i, misfit] of moved.entries()) {
    const better = unmoved[i]! - misfit;
    if (Math.abs(better) > clearShare * (unmoved[i]! + misfit) + clearMisfit) sum += Math.sign(better);
  }
  return sum / moved.length;
}

const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

const motionOf = ({ x, y, zoom, turn }: Alignment, { width, height }: Grey): CameraMotion => ({
  x: x / width,
  y: y / height,
  zoom,
  turn,
});
