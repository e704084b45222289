import { h, setAttributes, setText } from "./dom.ts";

/** A bar that is as full as `share` of its length, with a label before and a text after it. */
export class Gauge {
  readonly element: HTMLElement;
  readonly #bar = h("span", { class: "gauge-fill" });
  readonly #text = h("span", { class: "gauge-text" });
  readonly #meter: HTMLElement;

  constructor(label: string, title: string) {
    this.#meter = h("span", { class: "gauge", role: "meter", "aria-label": label, "aria-valuemin": 0 }, this.#bar);
    this.element = h(
      "div",
      { class: "gauge-row", title },
      h("span", { class: "label" }, label),
      this.#meter,
      this.#text,
    );
  }

  update(value: number | null, most: number, text: string): void {
    const share = value === null || most <= 0 ? 0 : Math.max(0, Math.min(1, value / most));
    this.#bar.style.setProperty("--share", share.toFixed(3));
    setAttributes(this.#meter, { "aria-valuemax": 1, "aria-valuenow": share.toFixed(2), "aria-valuetext": text });
    setText(this.#text, text);
  }
}
