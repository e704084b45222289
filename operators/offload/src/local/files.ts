import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { asSluiceError, readDocuments, type SluiceError } from "@sluice/contracts";

/** Files of all folders together; more are a mistake. */
const filesMax = 1_000;

/** What one file held when it could be read last. */
interface Known {
  readonly stamp: string;
  readonly objects: readonly unknown[];
}

/** YAML files with objects, named one by one or by folder. A file that is broken for now counts as it was before. */
export class ObjectFiles {
  readonly #paths: readonly string[];
  readonly #known = new Map<string, Known>();
  readonly #onProblem: (problem: SluiceError) => void;

  constructor(paths: readonly string[], onProblem: (problem: SluiceError) => void) {
    this.#paths = paths;
    this.#onProblem = onProblem;
  }

  /** All objects; null where no file has changed since the last call. */
  read(): readonly unknown[] | null {
    const files = this.#paths.flatMap(filesIn).slice(0, filesMax);
    const gone = [...this.#known.keys()].filter((path) => !files.includes(path));
    for (const path of gone) this.#known.delete(path);
    const changed = files.filter((path) => this.#refresh(path));
    if (changed.length + gone.length === 0) return null;
    return files.flatMap((path) => this.#known.get(path)?.objects ?? []);
  }

  #refresh(path: string): boolean {
    const stamp = stampOf(path);
    const before = this.#known.get(path);
    if (before?.stamp === stamp) return false;
    try {
      const objects = readDocuments(readFileSync(path, "utf8"), path, "object-invalid");
      this.#known.set(path, { stamp, objects });
      return true;
    } catch (error) {
      this.#onProblem(asSluiceError(error, "object-invalid"));
      this.#known.set(path, { stamp, objects: before?.objects ?? [] });
      return false;
    }
  }
}

function filesIn(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
  return names.toSorted().map((name) => join(path, name));
}

/** Changes with what is in the file, as far as its times and size can tell. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.mtimeNs} ${stat.size} ${stat.ino}` : "gone";
}
