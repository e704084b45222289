import { createHash, randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { limits, type ModelManifest, SluiceError } from "@sluice/contracts";
import { digestMismatch, download, type Fetch } from "./download.ts";
import { readBounded } from "./read-bounded.ts";

export interface StoreOptions {
  /** Folder of downloaded models, each named by its digest. */
  readonly folder: string;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
}

/** How long one download may take. */
const downloadTimeoutMs = 600_000;

export const defaultStore = (env: NodeJS.ProcessEnv = process.env): StoreOptions => ({
  folder: storeFolder(env),
  fetch: globalThis.fetch,
  timeoutMs: downloadTimeoutMs,
});

/** `$SLUICE_CACHE_DIR/models`, else `$XDG_CACHE_HOME/sluice/models`, else `~/.cache/sluice/models`. */
export function storeFolder(env: NodeJS.ProcessEnv): string {
  if (env["SLUICE_CACHE_DIR"]) return join(env["SLUICE_CACHE_DIR"], "models");
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "sluice", "models");
}

/**
 * The model's bytes, whose sha256 is the manifest's: the array that was hashed is the one returned, so nothing can change
 * in between. Throws `model-unreadable`, `model-digest-mismatch`, `too-large`.
 */
export async function readModel(spec: ModelManifest["spec"], folder: string, store: StoreOptions): Promise<Uint8Array> {
  if (spec.uri.startsWith("https:")) return readDownloaded(spec.uri, spec.sha256, store);
  const path = filePath(spec.uri, folder);
  const bytes = await readBounded(path, limits.modelBytes);
  const actual = sha256(bytes);
  if (actual !== spec.sha256) throw digestMismatch(path, spec.sha256, actual);
  return bytes;
}

/** A stored file that rotted on the disk is fetched again. */
async function readDownloaded(uri: string, digest: string, store: StoreOptions): Promise<Uint8Array> {
  const path = join(store.folder, `${digest}.onnx`);
  const stored = await readBounded(path, limits.modelBytes).catch(() => undefined);
  if (stored && sha256(stored) === digest) return stored;
  const partial = join(store.folder, `${digest}.${randomUUID()}.part`);
  await download({ uri, digest, partial, path, fetch: store.fetch, timeoutMs: store.timeoutMs });
  const bytes = await readBounded(path, limits.modelBytes);
  const actual = sha256(bytes);
  if (actual !== digest) throw digestMismatch(path, digest, actual);
  return bytes;
}

/** `file:a/b.onnx` is relative to the manifest's folder; `file:/a` and `file:///a` are absolute. */
function filePath(uri: string, folder: string): string {
  if (!uri.startsWith("file://")) return resolve(folder, uri.slice("file:".length));
  try {
    return fileURLToPath(uri);
  } catch (cause) {
    throw new SluiceError("model-unreadable", `${uri}: ${(cause as Error).message}`, { cause });
  }
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
