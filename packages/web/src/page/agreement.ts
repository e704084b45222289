import type { Agreement } from "../fleet/condition.ts";
import { h, setText } from "./dom.ts";
import { count, share } from "./words.ts";

const explanation =
  "Mean frame F1 against the cloud's replies: the edge's own answer, and the answer that Sluice made of it";

/** "0.52 → 0.81": how far the answers agree with the cloud, before and after what it taught. */
export class AgreementText {
  readonly element: HTMLElement;
  readonly #local = h("span", { class: "number local" });
  readonly #corrected = h("span", { class: "number corrected" });
  readonly #label = h("span", { class: "label" }, "agreement");

  constructor() {
    const arrow = h("span", { class: "arrow", "aria-label": "corrected to" }, "→");
    this.element = h(
      "p",
      { class: "agreement" },
      this.#label,
      h("span", { class: "numbers" }, this.#local, arrow, this.#corrected),
    );
  }

  update({ local, corrected, samples }: Agreement): void {
    setText(this.#local, share(local));
    setText(this.#corrected, share(corrected));
    const why = local === null || corrected === null ? "Unknown: too few replies to say. " : "";
    this.element.title = `${why}${explanation}; ${count(samples)} replies`;
  }
}
