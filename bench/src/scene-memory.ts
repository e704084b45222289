import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ChangingStreet } from "./changing-street.ts";
import type { Context } from "./context.ts";
import type { Findings } from "./measure.ts";
import { fitLine } from "./statistics.ts";

const samples = 50;
/** Share of the frames until everything that is kept is as long as it gets. */
const warmShare = 0.2;
const mebibyte = 2 ** 20;
/** Growth that cannot be told from none, MiB over a million frames. */
const flatMiB = 1;

/** What assess, decide and fuse keep of a stream over many frames, all garbage collected. */
export async function sceneMemory({ scale }: Context): Promise<Findings> {
  const frames = scale.memoryFrames;
  const heap = watchHeap(frames);
  const { slope, margin } = growthOf(heap);
  const spread: [number, number] = [slope - margin, slope + margin];
  return {
    setting: { frames },
    measures: [
      {
        name: "growth over 1,000,000 frames",
        value: slope,
        unit: "MiB",
        spread,
        target: { atMost: flatMiB },
        note: "95 % interval",
      },
      { name: "heap in the end", value: heap.at(-1)![1], unit: "MiB" },
    ],
  };
}

/** The heap after so many frames, in MiB, some fifty times; `keep` is given every answer. */
export function watchHeap(frames: number, keep: (answer: unknown) => void = () => {}): [frames: number, MiB: number][] {
  const street = new ChangingStreet();
  const heap: [number, number][] = [];
  for (let frame = 0; frame < frames; frame++) {
    keep(street.turn(frame));
    if ((frame + 1) % Math.floor(frames / samples) === 0) heap.push([frame + 1, liveBytes() / mebibyte]);
  }
  return heap;
}

/** MiB over a million frames, once everything has been in use. */
export function growthOf(heap: readonly [frames: number, MiB: number][]) {
  const warm = heap.slice(Math.ceil(warmShare * heap.length));
  return fitLine(warm.map(([frames, MiB]) => [frames / 1e6, MiB]));
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function liveBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
