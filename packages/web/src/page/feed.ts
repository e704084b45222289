import { boundaryOf, MultipartReader } from "./mjpeg.ts";

/** A decoded picture of a stream; `frame` is its number where the sender says it. */
export interface Shot {
  readonly picture: ImageBitmap;
  readonly frame: number | null;
}

/** `image`: the stream cannot be read by script, only shown by an `<img>`. */
export type FeedState = "connecting" | "live" | "polling" | "image" | "lost";

export interface FeedWatcher {
  shot(shot: Shot): void;
  state(state: FeedState): void;
}

/**
 * Browsers open six connections to a server at most, and a page needs two of them for itself: so many streams of one
 * device are watched live, the others as one picture a second.
 */
const timing = {
  livePerOrigin: 3,
  pollMs: 1_000,
  firstRetryMs: 500,
  maxRetryMs: 8_000,
  imageAfterFailures: 3,
} as const;
/** Pictures that stay open for watchers; older ones are closed at once, for they weigh a megabyte each. */
const openPictures = 12;
const liveByOrigin = new Map<string, number>();

/** The live picture of one stream, for any number of watchers; runs while somebody watches and the page is visible. */
export class Feed {
  readonly #base: string;
  readonly #origin: string;
  readonly #watchers = new Set<FeedWatcher>();
  #stop: AbortController | null = null;
  #state: FeedState = "connecting";
  #decoding = false;
  #issued: ImageBitmap[] = [];
  #failures = 0;

  /** `base`: address of the live view without its ending, `http://device:8080/api/live/gate`. */
  constructor(base: string) {
    this.#base = base;
    this.#origin = new URL(base).origin;
    document.addEventListener("visibilitychange", () => this.#arrange());
  }

  get imageUrl(): string {
    return `${this.#base}.mjpeg`;
  }

  /** Returns what ends the watching. */
  watch(watcher: FeedWatcher): () => void {
    this.#watchers.add(watcher);
    watcher.state(this.#state);
    this.#arrange();
    return () => {
      this.#watchers.delete(watcher);
      this.#arrange();
    };
  }

  #arrange(): void {
    const wanted = this.#watchers.size > 0 && document.visibilityState === "visible";
    if (!wanted) {
      this.#stop?.abort();
      this.#stop = null;
    } else if (!this.#stop) {
      this.#stop = new AbortController();
      void this.#run(this.#stop.signal);
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if ((liveByOrigin.get(this.#origin) ?? 0) < timing.livePerOrigin) await this.#live(signal);
        else await this.#poll(signal);
      } catch {
        // Whatever went wrong, the cure is the same: show that there is no picture and try again.
        if (signal.aborted) return;
        this.#failures++;
        this.#enter(this.#failures >= timing.imageAfterFailures ? "image" : "lost");
      }
      const delayMs = Math.min(timing.maxRetryMs, timing.firstRetryMs * 2 ** this.#failures);
      if (this.#state !== "polling") await wait(delayMs, signal);
    }
  }

  async #live(signal: AbortSignal): Promise<void> {
    liveByOrigin.set(this.#origin, (liveByOrigin.get(this.#origin) ?? 0) + 1);
    try {
      const response = await fetch(this.imageUrl, { signal, cache: "no-store" });
      const boundary = boundaryOf(response.headers.get("content-type"));
      if (!response.ok || !response.body || !boundary) throw new Error("not a live view");
      const parts = new MultipartReader(boundary);
      for (let reader = response.body.getReader(); ; ) {
        const { value, done } = await reader.read();
        if (done) throw new Error("the live view ended");
        const newest = parts.push(value).at(-1);
        if (newest) void this.#show(newest.body, newest.frame, "live");
      }
    } finally {
      liveByOrigin.set(this.#origin, (liveByOrigin.get(this.#origin) ?? 1) - 1);
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const response = await fetch(`${this.#base}.jpg`, { signal, cache: "no-store" });
    if (!response.ok) throw new Error("no picture");
    const frame = response.headers.get("x-frame");
    await this.#show(new Uint8Array(await response.arrayBuffer()), frame === null ? null : Number(frame), "polling");
    await wait(timing.pollMs, signal);
  }

  /** Pictures that come while one is being decoded are skipped: the newest matters, and memory stays bounded. */
  async #show(body: Uint8Array<ArrayBuffer>, frame: number | null, state: FeedState): Promise<void> {
    if (this.#decoding) return;
    this.#decoding = true;
    try {
      const picture = await createImageBitmap(new Blob([body]));
      this.#failures = 0;
      this.#enter(state);
      this.#issued.push(picture);
      if (this.#issued.length > openPictures) this.#issued.shift()!.close();
      for (const watcher of this.#watchers) watcher.shot({ picture, frame });
    } catch {
      // Not a picture that this browser can decode; the next one may be.
      this.#enter("lost");
    } finally {
      this.#decoding = false;
    }
  }

  #enter(state: FeedState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher.state(state);
  }
}

function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

const feeds = new Map<string, Feed>();

/** The feed of a stream, one per address; null where the device gave no web address that a browser may open. */
export function feedOf(deviceUrl: string | null, stream: string): Feed | null {
  const root = httpUrl(deviceUrl);
  if (!root) return null;
  const base = new URL(`api/live/${encodeURIComponent(stream)}`, root).href;
  const feed = feeds.get(base) ?? new Feed(base);
  feeds.set(base, feed);
  return feed;
}

/** A device's address if it is an http(s) one: anything else (`javascript:` above all) is not followed. */
export function httpUrl(text: string | null): URL | null {
  if (text === null || !URL.canParse(text)) return null;
  const url = new URL(text.endsWith("/") ? text : `${text}/`);
  return url.protocol === "http:" || url.protocol === "https:" ? url : null;
}
