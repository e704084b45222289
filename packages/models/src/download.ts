import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { limits, SluiceError } from "@sluice/contracts";

export type Fetch = (url: string, init: { signal: AbortSignal }) => Promise<Response>;

export interface Download {
  readonly uri: string;
  readonly digest: string;
  /** Written first; its name is this download's alone. */
  readonly partial: string;
  /** Where the file appears, whole and with the right digest, or not at all. */
  readonly path: string;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
}

/** Age at which an unfinished file belongs to a process that died: longer than any download may take. */
const abandonedAfterMs = 3_600_000;

/** Fetches a model into the store. Throws `model-unreadable`, `model-digest-mismatch`, `too-large`. */
export async function download(job: Download): Promise<void> {
  try {
    await mkdir(dirname(job.path), { recursive: true });
    await removeAbandoned(dirname(job.path));
    const response = await job.fetch(job.uri, { signal: AbortSignal.timeout(job.timeoutMs) });
    if (!response.ok) throw new SluiceError("model-unreadable", `${job.uri}: HTTP status ${response.status}`);
    const actual = await writeHashed(response, job);
    if (actual !== job.digest) throw digestMismatch(job.uri, job.digest, actual);
    await rename(job.partial, job.path);
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new SluiceError("model-unreadable", `${job.uri}: ${reason(cause as Error)}`, { cause });
  } finally {
    await rm(job.partial, { force: true });
  }
}

/** Writes and hashes what arrives, never more than a model may have; returns the digest. */
async function writeHashed(response: Response, job: Download): Promise<string> {
  const hash = createHash("sha256");
  await using file = await open(job.partial, "wx");
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > limits.modelBytes) {
      throw new SluiceError("too-large", `${job.uri}: more than ${limits.modelBytes} bytes`);
    }
    hash.update(chunk);
    await file.write(chunk);
  }
  await file.sync();
  return hash.digest("hex");
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".part")) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}

/** Fetch hides what went wrong ("connection refused") in its cause. */
const reason = (error: Error) => (error.cause instanceof Error ? error.cause.message : error.message);

export function digestMismatch(where: string, expected: string, actual: string): SluiceError {
  return new SluiceError("model-digest-mismatch", `${where}: sha256 is ${actual}, the manifest says ${expected}`);
}
