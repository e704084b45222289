import type { LocalResult } from "../fleet/state.ts";
import { resultFor, takeDue, type Waiting } from "./align.ts";
import { drawCorrected, drawLocal, type Layers } from "./boxes.ts";
import { h, setText } from "./dom.ts";
import { type Feed, type FeedState, feedOf } from "./feed.ts";

const stateTexts: Record<FeedState, string> = {
  connecting: "Waiting for the picture",
  live: "",
  polling: "",
  image: "",
  lost: "The live view cannot be reached",
};

/** Sharper than two pixels a point costs time and shows nothing. */
const pixelRatio = () => Math.min(2, devicePixelRatio);

/** A stream's picture with the boxes of exactly that frame drawn on it. Watches its feed only while on screen. */
export class LiveView {
  readonly element: HTMLElement;
  readonly #canvas = h("canvas", { role: "img" });
  readonly #image = h("img", { alt: "", hidden: true });
  readonly #note = h("p", { class: "live-note" });
  readonly #observer: IntersectionObserver;
  #feed: Feed | null = null;
  #unwatch: (() => void) | null = null;
  #onScreen = false;
  #layers: Layers;
  #waiting: Waiting<ImageBitmap>[] = [];
  #shown: Waiting<ImageBitmap> | null = null;
  #results: readonly LocalResult[] = [];

  constructor(name: string, layers: Layers) {
    this.#layers = layers;
    this.#canvas.setAttribute("aria-label", name);
    this.element = h("div", { class: "live" }, this.#image, this.#canvas, this.#note);
    this.#image.addEventListener("error", () => {
      this.#image.hidden = true;
      setText(this.#note, stateTexts.lost);
    });
    this.#observer = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1)?.isIntersecting ?? false;
      this.#arrange();
    });
    this.#observer.observe(this.element);
  }

  set layers(layers: Layers) {
    if (layers === this.#layers) return;
    this.#layers = layers;
    this.#draw();
  }

  /** Takes what is known now; `width` and `height` are the stream's, 0 while unknown. */
  update(deviceUrl: string | null, stream: string, width: number, height: number, results: readonly LocalResult[]) {
    if (width > 0 && height > 0) this.element.style.setProperty("--shape", `${width} / ${height}`);
    const feed = feedOf(deviceUrl, stream);
    if (feed !== this.#feed) {
      this.#unwatch?.();
      this.#unwatch = null;
      this.#feed = feed;
      this.#arrange();
    }
    if (!feed) setText(this.#note, "The device gives no address for its live view");
    this.#results = results;
    this.#advance();
    const resized = Math.abs(this.#canvas.width - this.#canvas.clientWidth * pixelRatio()) > 1;
    if (!this.#image.hidden || resized) this.#draw();
  }

  close(): void {
    this.#observer.disconnect();
    this.#unwatch?.();
  }

  #arrange(): void {
    if (this.#feed && this.#onScreen && !this.#unwatch) {
      this.#unwatch = this.#feed.watch({
        shot: ({ picture, frame }) => {
          this.#waiting.push({ picture, frame, atMs: performance.now() });
          this.#advance();
        },
        state: (state) => this.#enter(state),
      });
    } else if (!this.#onScreen && this.#unwatch) {
      this.#unwatch();
      this.#unwatch = null;
    }
  }

  #enter(state: FeedState): void {
    const image = state === "image" && this.#feed !== null;
    if (image && this.#image.hidden) this.#image.src = this.#feed!.imageUrl;
    if (!image) this.#image.removeAttribute("src");
    this.#image.hidden = !image;
    this.element.dataset["feed"] = state;
    setText(this.#note, stateTexts[state]);
  }

  #advance(): void {
    const { due, rest } = takeDue(this.#waiting, this.#results, performance.now());
    this.#waiting = rest;
    if (!due) return;
    this.#shown = due;
    this.#draw();
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    if (!context || width === 0 || height === 0) return;
    const ratio = pixelRatio();
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    const plain = this.#image.hidden || this.#image.naturalWidth === 0;
    const shown = this.#shown && this.#shown.picture.width > 0 ? this.#shown : null;
    if (plain && shown) context.drawImage(shown.picture, 0, 0, width, height);
    const result = resultFor(this.#results, plain ? (shown?.frame ?? null) : null);
    if (result && (shown || !plain)) this.#drawBoxes(context, result, width, height);
  }

  #drawBoxes(context: CanvasRenderingContext2D, result: LocalResult, width: number, height: number): void {
    const [scaleX, scaleY] = [width / result.width, height / result.height];
    if (this.#layers !== "corrected") drawLocal(context, result, scaleX, scaleY);
    if (this.#layers !== "local") drawCorrected(context, result.answer, scaleX, scaleY);
    this.element.dataset["frame"] = String(result.frame);
  }
}
