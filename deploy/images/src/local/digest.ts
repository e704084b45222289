import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Of all files below a folder, their paths in it, and the words given: 16 hexadecimal digits. */
export function digestOf(folder: string, words: readonly string[]): string {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\0`);
  for (const path of filesOf(folder)) hash.update(`${relative(folder, path)}\0`).update(readFileSync(path));
  return hash.digest("hex").slice(0, 16);
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
