import type { StreamReport } from "@sluice/contracts";
import { type Agreement, agreementOf } from "../fleet/agreement.ts";
import { h, setText } from "./dom.ts";
import { count, margin, share } from "./words.ts";

/** What the numbers mean and what they rest on, for a title. */
export function agreementExplained({ samples, missing, corrected }: Agreement): string {
  const about = corrected === null ? "Unknown: too few frames were audited to say. " : "";
  const rest = missing > 0 ? `, ${count(missing)} more drawn and not answered` : "";
  return `${about}Mean frame F1 against the cloud model over all frames, sent or not: the edge's own answer, and what Sluice made of it. The truth lies within ± with a chance of 95 %. From ${count(samples)} frames drawn at random${rest}`;
}

/** "0.52 ±0.06 → 0.81 ±0.04": how far the answers agree with the cloud, before and after what it taught. */
export class AgreementText {
  readonly element: HTMLElement;
  readonly #label = h("span", { class: "label" });
  readonly #local = new Figure("local");
  readonly #corrected = new Figure("corrected");

  constructor() {
    const arrow = h("span", { class: "arrow", "aria-label": "corrected to" }, "→");
    const numbers = h("span", { class: "numbers" }, this.#local.element, arrow, this.#corrected.element);
    this.element = h("p", { class: "agreement" }, this.#label, numbers);
  }

  update(report: StreamReport["agreement"]): void {
    const agreement = agreementOf(report);
    setText(this.#label, agreement.samples > 0 ? `agreement, from ${count(agreement.samples)} audits` : "agreement");
    this.#local.update(agreement.local, agreement.localHalfWidth);
    this.#corrected.update(agreement.corrected, agreement.correctedHalfWidth);
    this.element.title = agreementExplained(agreement);
  }
}

/** A mean, and small beside it how far off it may be. */
class Figure {
  readonly element: HTMLElement;
  readonly #mean: HTMLElement;
  readonly #margin = h("span", { class: "margin" });

  constructor(kind: "local" | "corrected") {
    this.#mean = h("span", { class: `number ${kind}` });
    this.element = h("span", { class: "figure" }, this.#mean, this.#margin);
  }

  update(mean: number | null, halfWidth: number | null): void {
    setText(this.#mean, share(mean));
    setText(this.#margin, margin(halfWidth));
  }
}
