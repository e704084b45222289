/** Small videos for tests: frame n is one flat grey, so that a test can tell which frame it holds. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface Clip {
  readonly frames: number;
  readonly fps?: number;
  readonly width?: number;
  readonly height?: number;
}

/** Luma of frame n: 3 apart, so that neighbours stay distinct after coding; repeats after 70 frames. */
export const luma = (n: number) => 20 + (n % 70) * 3;

/** Which frame (modulo 70) an RGB picture shows, judged by the green of its pixel at `offset`. */
export function frameShown(data: Uint8Array, offset = 0): number {
  return Math.max(0, Math.round(((data[offset * 3 + 1]! * 219) / 255 + 16 - 20) / 3));
}

const writer = fileURLToPath(new URL("./clip-writer.builder.ts", import.meta.url));

/** Writes H.264 into the container that the path's extension names; in a process of its own, as decoding is, too. */
export async function buildClip(path: string, clip: Clip): Promise<string> {
  await promisify(execFile)(process.execPath, ["--no-warnings", writer, path, JSON.stringify(clip)]);
  return path;
}
