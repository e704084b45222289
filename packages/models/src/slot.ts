import { type Model, type ModelOptions, openModel, type Surroundings } from "./model.ts";

/** Holds the last good model: a new one takes its place only once it is loaded and warm. */
export class ModelSlot {
  #model: Model;
  readonly #options: ModelOptions;
  readonly #surroundings: Partial<Surroundings>;
  /** Swaps happen one after another, so that the one asked for last wins. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(model: Model, options: ModelOptions, surroundings: Partial<Surroundings> = {}) {
    this.#model = model;
    this.#options = options;
    this.#surroundings = surroundings;
  }

  static async open(manifestPath: string, options: ModelOptions, surroundings: Partial<Surroundings> = {}) {
    return new ModelSlot(await openModel(manifestPath, options, surroundings), options, surroundings);
  }

  /** The model to use now; ask again for every call. */
  get model(): Model {
    return this.#model;
  }

  /** Opens the new model, puts it in place and closes the old one; on failure the old one stays, and this throws. */
  swap(manifestPath: string): Promise<void> {
    const swapped = this.#last.then(() => this.#replace(manifestPath));
    this.#last = swapped.catch(() => undefined);
    return swapped;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#model.close();
  }

  async #replace(manifestPath: string): Promise<void> {
    const old = this.#model;
    this.#model = await openModel(manifestPath, this.#options, this.#surroundings);
    await old.close();
  }
}
