import { limits, SluiceError } from "@sluice/contracts";
import type { Picture } from "@sluice/vision";

/** Fills the place of a rate where the source is a folder of images. */
const anyFps = 25;

/**
 * Every picture of a file or folder in order, from start to end and again, decoded in this process: the least that
 * decoding can cost, to measure {@link openCapture} against. Nothing stands between the caller and what a hostile source
 * does. A picture is valid until the next one is asked for; its memory is shared, so workers read it without a copy.
 */
export async function* readPictures(source: string): AsyncGenerator<Picture, never> {
  // Loaded here: whoever captures in a process of its own has no use for a decoder.
  const { openSource } = await import("./source.ts");
  const { RGB_PADDING_BYTES } = await import("./rgb.ts");
  const request = { source, fps: anyFps, loop: true, masks: [], stallAfterMs: 0, pace: "asap" as const };
  let memory = new SharedArrayBuffer(0);
  for (let count = 0, before = -1; count > before; ) {
    before = count;
    const opened = await openSource({ ...request, maxPixels: limits.picturePixels });
    for (let shot = await opened.next(); shot; shot = await opened.next()) {
      const { width, height } = shot;
      const byteCount = width * height * 3;
      if (memory.byteLength < byteCount + RGB_PADDING_BYTES)
        memory = new SharedArrayBuffer(byteCount + RGB_PADDING_BYTES);
      shot.writeRgb(Buffer.from(memory));
      shot.free();
      count++;
      yield { width, height, data: new Uint8Array(memory, 0, byteCount) };
    }
    await opened.close();
  }
  throw new SluiceError("source-unreadable", `${source}: it holds no picture`);
}
