import { open } from "node:fs/promises";
import { SluiceError } from "@sluice/contracts";

/**
 * A regular file's bytes, in shared memory so that workers can read them without a copy. Throws `model-unreadable`, and
 * `too-large` above `maxBytes`.
 */
export async function readBounded(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    await using file = await open(path, "r");
    const stat = await file.stat();
    if (!stat.isFile()) throw new SluiceError("model-unreadable", `${path}: not a regular file`);
    if (stat.size > maxBytes) throw new SluiceError("too-large", `${path}: ${stat.size} bytes, at most ${maxBytes}`);
    const bytes = new Uint8Array(new SharedArrayBuffer(stat.size));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new SluiceError("model-unreadable", `${path}: ${(cause as Error).message}`, { cause });
  }
}
