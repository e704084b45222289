import { type Decision, fleetBounds } from "../fleet/state.ts";
import { h, setAttributes, setText, svg } from "./dom.ts";
import { reasonLooks } from "./reasons.ts";
import { decisionWords } from "./words.ts";

const tickWidth = 5;
const height = 26;

/** The last decisions as ticks: tall ones were sent. Pointer and arrow keys read them out; choosing calls `choose`. */
export class Strip {
  readonly element: HTMLElement;
  readonly #slider: SVGSVGElement;
  readonly #ticks: SVGRectElement[];
  readonly #detail = h("p", { class: "strip-detail" });
  #decisions: readonly Decision[] = [];
  #lastSent: Decision | undefined;
  /** Frame that is being read out; null tells of the last one that was sent, which changes seldom. */
  #frame: number | null = null;

  constructor(name: string, choose?: (frame: number) => void) {
    this.#ticks = Array.from({ length: fleetBounds.decisions }, (_, i) =>
      svg("rect", { x: i * tickWidth + 0.75, width: tickWidth - 1.5, rx: 1 }),
    );
    const width = fleetBounds.decisions * tickWidth;
    this.#slider = svg(
      "svg",
      { class: "strip", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", tabindex: 0, role: "slider" },
      ...this.#ticks,
    );
    setAttributes(this.#slider, { "aria-label": `Last decisions of ${name}`, "aria-valuemin": 0 });
    this.element = h("div", { class: "strip-box" }, this.#slider, this.#detail);
    this.#listen(choose);
  }

  update(decisions: readonly Decision[], lastSent: Decision | undefined): void {
    this.#decisions = decisions;
    this.#lastSent = lastSent;
    const offset = this.#ticks.length - decisions.length;
    this.#ticks.forEach((tick, i) => draw(tick, decisions[i - offset]));
    this.#tell();
  }

  #listen(choose?: (frame: number) => void): void {
    const at = (event: PointerEvent | MouseEvent) => {
      const box = this.#slider.getBoundingClientRect();
      const place = Math.floor(((event.clientX - box.left) / box.width) * this.#ticks.length);
      return this.#decisions[place - (this.#ticks.length - this.#decisions.length)];
    };
    this.#slider.addEventListener("pointermove", (event) => this.#read(at(event)?.frame ?? null));
    this.#slider.addEventListener("pointerleave", () => this.#read(null));
    this.#slider.addEventListener("blur", () => this.#read(null));
    this.#slider.addEventListener("click", (event) => {
      const decision = at(event);
      if (decision) choose?.(decision.frame);
    });
    this.#slider.addEventListener("keydown", (event) => {
      const to = this.#target(event.key);
      if (event.key === "Enter" && this.#frame !== null) choose?.(this.#frame);
      else if (to !== undefined) this.#read(this.#decisions[to]?.frame ?? null);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  #target(key: string): number | undefined {
    const last = this.#decisions.length - 1;
    const from = this.#index();
    const steps: Record<string, number> = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last };
    const to = steps[key];
    return to === undefined ? undefined : Math.max(0, Math.min(last, to));
  }

  #index(): number {
    const index = this.#frame === null ? -1 : this.#decisions.findIndex((d) => d.frame === this.#frame);
    return index < 0 ? this.#decisions.length - 1 : index;
  }

  #nothing(): string {
    return this.#decisions.length > 0 ? "No frame has been sent of late" : "No decision has been reported yet";
  }

  #read(frame: number | null): void {
    this.#frame = frame;
    this.#tell();
  }

  #tell(): void {
    const index = this.#index();
    const decision = this.#frame === null ? this.#lastSent : this.#decisions[index];
    const text = decision ? `#${decision.frame} ${decisionWords(decision)}` : this.#nothing();
    setText(this.#detail, text, text);
    this.#detail.classList.toggle("read", this.#frame !== null);
    const offset = this.#ticks.length - this.#decisions.length;
    this.#ticks.forEach((tick, i) => tick.classList.toggle("read", this.#frame !== null && i === index + offset));
    setAttributes(this.#slider, {
      "aria-valuemax": Math.max(0, this.#decisions.length - 1),
      "aria-valuenow": Math.max(0, index),
      "aria-valuetext": text,
    });
  }
}

function draw(tick: SVGRectElement, decision: Decision | undefined): void {
  const tall = decision ? (decision.action === "send" ? height - 2 : height * 0.36) : 2;
  const look = decision ? `tick ${decision.action} tone-${reasonLooks[decision.reason].tone}` : "tick none";
  setAttributes(tick, {
    y: height - tall,
    height: tall,
    class: tick.classList.contains("read") ? `${look} read` : look,
  });
}
