import { historyShape, type Rate, rates, type Slot } from "../fleet/history.ts";
import { h, setAttributes, setText, svg } from "./dom.ts";
import { rateOf } from "./words.ts";

const [width, height] = [300, 60];
const slotWidth = width / historyShape.slots;

/** Bytes of a stream (solid) and of its whole device (pale) against the budget (line), over the last five minutes. */
export class Chart {
  readonly element: HTMLElement;
  readonly #device = svg("path", { class: "bars device" });
  readonly #stream = svg("path", { class: "bars stream" });
  readonly #gaps = svg("path", { class: "bars gaps" });
  readonly #budget = svg("path", { class: "budget", "vector-effect": "non-scaling-stroke" });
  readonly #picture: SVGSVGElement;
  readonly #detail = h("span", { class: "chart-detail" });
  #read: number | null = null;

  constructor(name: string) {
    this.#picture = svg(
      "svg",
      { class: "chart", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img" },
      this.#gaps,
      this.#device,
      this.#stream,
      this.#budget,
    );
    const axis = h("span", { class: "chart-axis" }, h("span", {}, "5 min ago"), this.#detail, h("span", {}, "now"));
    this.element = h("div", { class: "chart-box" }, this.#picture, axis);
    setAttributes(this.#picture, { "aria-label": `Bytes of ${name} against its budget, last five minutes` });
    this.#picture.addEventListener("pointermove", (event) => {
      const box = this.#picture.getBoundingClientRect();
      this.#read = Math.floor(((event.clientX - box.left) / box.width) * historyShape.slots);
    });
    this.#picture.addEventListener("pointerleave", () => {
      this.#read = null;
    });
  }

  update(deviceSlots: readonly Slot[], streamSlots: readonly Slot[], nowMs: number): void {
    const device = rates(deviceSlots, nowMs);
    const stream = rates(streamSlots, nowMs);
    const most =
      Math.max(1, ...device.map((r) => Math.max(r?.bytesPerSecond ?? 0, r?.budgetBytesPerSecond ?? 0))) * 1.15;
    setAttributes(this.#device, { d: bars(device, most) });
    setAttributes(this.#stream, { d: bars(stream, most) });
    setAttributes(this.#gaps, { d: gaps(device) });
    setAttributes(this.#budget, { d: budgetLine(device, most) });
    this.#tell(device, stream);
  }

  #tell(device: readonly (Rate | null)[], stream: readonly (Rate | null)[]): void {
    this.#detail.classList.toggle("key", this.#read === null);
    if (this.#read === null) return setText(this.#detail, "budget");
    const [all, own] = [device[this.#read], stream[this.#read]];
    const seconds = (historyShape.slots - 1 - this.#read) * (historyShape.slotMs / 1000);
    const text = all ? rateOf(own?.bytesPerSecond ?? null, all.budgetBytesPerSecond) : "unknown";
    setText(this.#detail, `${seconds} s ago: ${text}`);
  }
}

function bars(series: readonly (Rate | null)[], most: number): string {
  return series
    .map((r, i) => {
      if (!r || r.bytesPerSecond <= 0) return "";
      const tall = Math.max(0.75, (r.bytesPerSecond / most) * height);
      return `M${(i * slotWidth + 0.5).toFixed(1)} ${height}v${(-tall).toFixed(2)}h${slotWidth - 1}v${tall.toFixed(2)}z`;
    })
    .join("");
}

/** Times of which nothing is known are marked at the foot: an empty place would say that nothing was sent. */
function gaps(series: readonly (Rate | null)[]): string {
  return series.map((r, i) => (r ? "" : `M${i * slotWidth} ${height}v-1.5h${slotWidth}v1.5z`)).join("");
}

function budgetLine(series: readonly (Rate | null)[], most: number): string {
  return series
    .map((r, i) => {
      if (!r) return "";
      const y = (height * (1 - r.budgetBytesPerSecond / most)).toFixed(2);
      return `${series[i - 1] ? "L" : "M"}${i * slotWidth} ${y}H${(i + 1) * slotWidth}`;
    })
    .join("");
}
