import type { ServerResponse } from "node:http";
import type { Clock } from "@sluice/foundation";
import { encodeJpeg } from "@sluice/imaging";
import type { Frame } from "@sluice/vision";

/** The live picture: small and slow enough that watching costs the camera little. */
const liveRung = { width: 960, quality: 70 };
const intervalMs = 100;
/** Viewers of one stream; the next one is turned away. */
const viewersMax = 8;
/** A picture that nobody has fetched for this long is no longer refreshed. */
const snapshotInterestMs = 5_000;
const boundary = "sluice-frame";

/** Shows a stream to whoever watches: encodes only while somebody does, and never more for a slow viewer than it takes. */
export class LiveView {
  readonly #clock: Clock;
  readonly #viewers = new Set<ServerResponse>();
  #latest: { index: number; data: Uint8Array } | undefined;
  #encoding = false;
  #lastMs = Number.NEGATIVE_INFINITY;
  #wantedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the frame's picture if somebody watches; resolves when the frame is no longer needed. */
  async offer(frame: Frame): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const watched = this.#viewers.size > 0 || nowMs - this.#wantedMs < snapshotInterestMs;
    if (!watched || this.#encoding || nowMs - this.#lastMs < intervalMs) return;
    this.#encoding = true;
    this.#lastMs = nowMs;
    try {
      const { data } = await encodeJpeg(frame, liveRung);
      this.#latest = { index: frame.index, data };
      for (const viewer of this.#viewers) show(viewer, frame.index, data);
    } finally {
      this.#encoding = false;
    }
  }

  /** The latest picture, if there is one; asking for it keeps it fresh for a while. */
  snapshot(): { index: number; data: Uint8Array } | undefined {
    this.#wantedMs = this.#clock.monotonicMs();
    return this.#latest;
  }

  /** Answers a request with an endless series of pictures; false where there are viewers enough. */
  watch(response: ServerResponse, headers: Record<string, string>): boolean {
    if (this.#viewers.size >= viewersMax) return false;
    response.writeHead(200, {
      ...headers,
      "content-type": `multipart/x-mixed-replace; boundary=${boundary}`,
      "cache-control": "no-store",
    });
    response.flushHeaders();
    this.#viewers.add(response);
    response.on("close", () => this.#viewers.delete(response));
    if (this.#latest) show(response, this.#latest.index, this.#latest.data);
    return true;
  }

  close(): void {
    for (const viewer of this.#viewers) viewer.destroy();
  }
}

/** A viewer that has not taken the last picture yet misses this one. */
function show(viewer: ServerResponse, index: number, data: Uint8Array): void {
  if (viewer.writableNeedDrain) return;
  viewer.write(
    `--${boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: ${data.length}\r\nX-Frame: ${index}\r\n\r\n`,
  );
  viewer.write(data);
  viewer.write("\r\n");
}
