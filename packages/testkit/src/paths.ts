import { existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The repository's root folder. */
export const repoRoot: string = resolve(import.meta.dirname, "../../..");

/** Why a test that needs the shared models and footage is skipped. */
export const sharedDataReason = "needs the folder shared/data beside the repository: models and footage of others";

/** The folder of shared models and footage, which lies beside the repository on machines that have it. */
export function sharedData(): string | undefined {
  const path = resolve(repoRoot, "../shared/data");
  return existsSync(path) ? path : undefined;
}

export interface TempDir extends AsyncDisposable {
  readonly path: string;
  remove(): Promise<void>;
}

/** A new empty folder: `await using dir = tempDir()` removes it at the end of the block. */
export function tempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), "sluice-test-"));
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 });
  return { path, remove, [Symbol.asyncDispose]: remove };
}
