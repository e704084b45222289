import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeRgb } from "./decode-rgb.ts";
import { type Shot, type Source, SourceProblem } from "./shot.ts";

const DEFAULT_FPS = 10;
const natural = new Intl.Collator("en", { numeric: true });

/**
 * The images of a folder in natural name order (`2.jpg` before `10.jpg`). One that cannot be read is passed over, its
 * number with it; a folder in which none can be read is a problem.
 */
export async function openFolder(path: string, fps: number | undefined, maxPixels: number): Promise<Source> {
  const names = await readdir(path).catch((error: Error) => {
    throw new SourceProblem("source-unreadable", error.message);
  });
  const images = names.filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).toSorted(natural.compare);
  return new FolderSource(path, images, fps ?? DEFAULT_FPS, maxPixels);
}

class FolderSource implements Source {
  readonly fps: number;
  readonly finite = true;
  readonly #path: string;
  readonly #images: readonly string[];
  readonly #maxPixels: number;
  #position = 0;
  #readable = 0;

  constructor(path: string, images: readonly string[], fps: number, maxPixels: number) {
    this.fps = fps;
    this.#path = path;
    this.#images = images;
    this.#maxPixels = maxPixels;
  }

  async next(): Promise<Shot | undefined> {
    let reason = "it holds no JPEG, PNG or WebP";
    while (this.#position < this.#images.length) {
      const sourceIndex = this.#position++;
      const name = this.#images[sourceIndex]!;
      try {
        return await this.#read(name, sourceIndex);
      } catch (error) {
        reason = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    if (this.#readable === 0) throw new SourceProblem("source-unreadable", reason);
    return undefined;
  }

  async #read(name: string, sourceIndex: number): Promise<Shot> {
    const { data, width, height } = await decodeRgb(await readFile(join(this.#path, name)), this.#maxPixels);
    this.#readable++;
    return {
      width,
      height,
      sourceIndex,
      mediaMs: (sourceIndex * 1_000) / this.fps,
      writeRgb: (target) => target.set(data),
      free: () => {},
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
