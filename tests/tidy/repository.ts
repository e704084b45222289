import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What the checks look at: paths relative to the root, and the text of those files that hold text. */
export interface Repository {
  readonly files: ReadonlyMap<string, { readonly bytes: number; readonly text: string }>;
}

const binary = /\.(png|jpe?g|webp|gif|ico|onnx|mp4|gz|woff2|avi)$/;

/** Tracked files and new ones that git would not ignore. */
export function readRepository(root: string): Repository {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  const files = new Map<string, { bytes: number; text: string }>();
  for (const path of new Set(list.toString().split("\0"))) {
    const stat = path ? statSync(join(root, path), { throwIfNoEntry: false }) : undefined;
    if (!stat?.isFile()) continue;
    files.set(path, { bytes: stat.size, text: binary.test(path) ? "" : readFileSync(join(root, path), "utf8") });
  }
  return { files };
}

/** A repository in memory, for the checks' own tests. */
export function repositoryOf(texts: Readonly<Record<string, string>>): Repository {
  return { files: new Map(Object.entries(texts).map(([path, text]) => [path, { bytes: text.length, text }])) };
}

/** Paths that match, with their text. */
export function* matching(repository: Repository, pattern: RegExp): Generator<{ path: string; text: string }> {
  for (const [path, { text }] of repository.files) if (pattern.test(path)) yield { path, text };
}
