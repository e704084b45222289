import type { Box } from "./box.ts";

/** Columns and rows that the boxes' surroundings are divided into. */
const cells = 32;
const bits = 32;
const firstWords = 4;

/**
 * Which boxes may touch a given one: to ask all of a crowd about all of another would be most of the work of following
 * it, and nearly all of them lie apart. Every column and row of a grid has a set of the boxes in it, a bit each. Kept and
 * filled anew, so that it allocates nothing once it is as large as the crowds are.
 */
export class Neighbours {
  #columns = new Int32Array(cells * firstWords);
  #rows = new Int32Array(cells * firstWords);
  #near = new Int32Array(firstWords);
  #words = 0;
  #count = 0;
  #left = 0;
  #top = 0;
  #columnsPerPixel = 0;
  #rowsPerPixel = 0;
  /** Where the search stands: a word of `near`, and its bits that were not told yet. */
  #word = 0;
  #bits = 0;

  /** Forgets the boxes before and takes these. */
  fill(boxes: readonly Box[]): this {
    this.begin(boxes);
    for (let i = 0; i < boxes.length; i++) this.add(boxes[i]!);
    return this;
  }

  /** Forgets the boxes before; some or all of these will be added. */
  begin(boxes: readonly Box[]): this {
    this.#count = 0;
    this.#words = Math.ceil(boxes.length / bits);
    if (this.#words > this.#near.length) this.#grow();
    this.#columns.fill(0, 0, cells * this.#words);
    this.#rows.fill(0, 0, cells * this.#words);
    this.#span(boxes);
    return this;
  }

  /** Takes a box; the first one is number 0. */
  add({ x1, y1, x2, y2 }: Box): void {
    const bit = 1 << (this.#count % bits);
    const word = Math.floor(this.#count++ / bits);
    for (let c = this.#column(x1); c <= this.#column(x2); c++) this.#columns[c * this.#words + word]! |= bit;
    for (let r = this.#row(y1); r <= this.#row(y2); r++) this.#rows[r * this.#words + word]! |= bit;
  }

  /** Number of the first box that may share an area with this one, -1 if none does; {@link next} tells the others. */
  first({ x1, y1, x2, y2 }: Box): number {
    const [fromColumn, toColumn, fromRow, toRow] = [this.#column(x1), this.#column(x2), this.#row(y1), this.#row(y2)];
    for (let word = 0; word < this.#words; word++) {
      let beside = 0;
      for (let c = fromColumn; c <= toColumn; c++) beside |= this.#columns[c * this.#words + word]!;
      let level = 0;
      for (let r = fromRow; r <= toRow; r++) level |= this.#rows[r * this.#words + word]!;
      this.#near[word] = beside & level;
    }
    this.#word = 0;
    this.#bits = this.#words > 0 ? this.#near[0]! : 0;
    return this.next();
  }

  /** The one after it, in order; -1 after the last. */
  next(): number {
    while (this.#bits === 0) {
      if (++this.#word >= this.#words) return -1;
      this.#bits = this.#near[this.#word]!;
    }
    const lowest = this.#bits & -this.#bits;
    this.#bits ^= lowest;
    return this.#word * bits + 31 - Math.clz32(lowest);
  }

  #span(boxes: readonly Box[]): void {
    let [left, top, right, bottom] = [Number.MAX_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, -Number.MAX_VALUE];
    for (let i = 0; i < boxes.length; i++) {
      const { x1, y1, x2, y2 } = boxes[i]!;
      left = Math.min(left, x1);
      top = Math.min(top, y1);
      right = Math.max(right, x2);
      bottom = Math.max(bottom, y2);
    }
    this.#left = left;
    this.#top = top;
    this.#columnsPerPixel = cells / Math.max(1, right - left);
    this.#rowsPerPixel = cells / Math.max(1, bottom - top);
  }

  #column(x: number): number {
    return within((x - this.#left) * this.#columnsPerPixel);
  }

  #row(y: number): number {
    return within((y - this.#top) * this.#rowsPerPixel);
  }

  #grow(): void {
    const words = 2 * this.#words;
    this.#columns = new Int32Array(cells * words);
    this.#rows = new Int32Array(cells * words);
    this.#near = new Int32Array(words);
  }
}

/** Everything beyond the grid is in its outermost cells. */
const within = (cell: number): number => Math.min(cells - 1, Math.max(0, cell)) | 0;
