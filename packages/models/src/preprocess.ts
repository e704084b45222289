import { type Fit, type Picture, type Placement, place } from "@sluice/vision";
import { copyRow, mixRows, type Planes, resizeRow } from "./pixels.ts";
import { linearTaps, type Taps } from "./taps.ts";

/** Picture sizes whose tables are kept: a daemon has a few cameras, a server a few rungs. */
const planLimit = 32;

/** How a picture becomes a tensor: `tensor = (pixel · scale − mean) / std`, pixels 0 to 255. */
export interface Preprocess {
  readonly fit: Fit;
  readonly channels: "RGB" | "BGR";
  readonly scale: number;
  /** Per channel, in the tensor's order. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Level outside a letterboxed picture. */
  readonly pad: number;
}

interface Plan {
  readonly placement: Placement;
  readonly columns: Taps;
  readonly rows: Taps;
}

/** Turns pictures into NCHW float32 tensors of one size; equal to OpenCV's INTER_LINEAR on 8-bit images. */
export class Preprocessor {
  readonly #width: number;
  readonly #height: number;
  readonly #preprocess: Preprocess;
  readonly #table: Float32Array;
  readonly #plans = new Map<string, Plan>();
  /** By image of the batch: the plan whose padding its planes hold. */
  readonly #padded: (Plan | undefined)[] = [];
  #top: Int16Array;
  #bottom: Int16Array;

  constructor(width: number, height: number, preprocess: Preprocess) {
    this.#width = width;
    this.#height = height;
    this.#preprocess = preprocess;
    this.#table = levelTable(preprocess);
    this.#top = new Int16Array(3 * width);
    this.#bottom = new Int16Array(3 * width);
  }

  /** Writes `picture` as image `index` of the batch in `tensor`, which must be the same buffer at every call. */
  write(picture: Picture, tensor: Float32Array, index: number): Placement {
    const plan = this.#plan(picture);
    const planes = this.#planes(index);
    if (this.#padded[index] !== plan) this.#pad(tensor, planes);
    this.#padded[index] = plan;
    const { placement } = plan;
    const fits = placement.width === picture.width && placement.height === picture.height;
    if (fits) this.#copy(picture, placement, tensor, planes);
    else this.#resize(picture, plan, tensor, planes);
    return placement;
  }

  #plan(picture: Picture): Plan {
    const key = `${picture.width}x${picture.height}`;
    const known = this.#plans.get(key);
    if (known) return known;
    if (this.#plans.size >= planLimit) this.#plans.delete(this.#plans.keys().next().value!);
    const placement = place(picture.width, picture.height, this.#width, this.#height, this.#preprocess.fit);
    const plan = {
      placement,
      columns: linearTaps(picture.width, placement.width, 3),
      rows: linearTaps(picture.height, placement.height, 1),
    };
    this.#plans.set(key, plan);
    return plan;
  }

  #planes(index: number): Planes {
    const size = this.#width * this.#height;
    const start = 3 * size * index;
    const [red, blue] = this.#preprocess.channels === "RGB" ? [start, start + 2 * size] : [start + 2 * size, start];
    return { red, green: start + size, blue, table: this.#table };
  }

  #pad(tensor: Float32Array, planes: Planes): void {
    const size = this.#width * this.#height;
    const { pad } = this.#preprocess;
    tensor.fill(this.#table[pad]!, planes.red, planes.red + size);
    tensor.fill(this.#table[256 + pad]!, planes.green, planes.green + size);
    tensor.fill(this.#table[512 + pad]!, planes.blue, planes.blue + size);
  }

  #copy(picture: Picture, { padX, padY, width, height }: Placement, tensor: Float32Array, planes: Planes): void {
    for (let y = 0; y < height; y++) {
      copyRow(picture.data, 3 * picture.width * y, width, tensor, (padY + y) * this.#width + padX, planes);
    }
  }

  /** Neighbouring target rows share source rows: the two rows last resized are kept. */
  #resize(picture: Picture, { placement, columns, rows }: Plan, tensor: Float32Array, planes: Planes): void {
    const stride = 3 * picture.width;
    let topRow = -1;
    let bottomRow = -1;
    for (let y = 0; y < placement.height; y++) {
      const first = rows.first[y]!;
      const second = rows.second[y]!;
      if (first !== topRow && first === bottomRow) {
        [this.#top, this.#bottom] = [this.#bottom, this.#top];
        [topRow, bottomRow] = [bottomRow, topRow];
      }
      if (first !== topRow) resizeRow(picture.data, first * stride, columns, this.#top);
      if (second !== bottomRow) resizeRow(picture.data, second * stride, columns, this.#bottom);
      topRow = first;
      bottomRow = second;
      const offset = (placement.padY + y) * this.#width + placement.padX;
      mixRows(this.#top, this.#bottom, rows.weight[y]!, placement.width, tensor, offset, planes);
    }
  }
}

/** What each level of red, green and blue becomes: 3 × 256 values. */
function levelTable({ channels, scale, mean, std }: Preprocess): Float32Array {
  const table = new Float32Array(3 * 256);
  for (let colour = 0; colour < 3; colour++) {
    const at = channels === "RGB" ? colour : 2 - colour;
    for (let level = 0; level < 256; level++) table[256 * colour + level] = (level * scale - mean[at]!) / std[at]!;
  }
  return table;
}
