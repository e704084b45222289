import { cpSync, existsSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { type Architecture, architectures } from "./programs.ts";

/** The part of a package.json that says where it runs and what it needs. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/** Packages that carry every platform's machine code: what is not for this one stays behind. */
const platforms: Readonly<Record<string, (path: string, cpu: string) => boolean>> = {
  "onnxruntime-node": (path, cpu) => !path.includes(`${sep}bin${sep}`) || isOnPath(path, ["napi-v6", "linux", cpu]),
};

const isOnPath = (path: string, folders: readonly string[]) => {
  const below = (path.split(`${sep}bin${sep}`)[1] ?? "").split(sep);
  return folders.every((folder, depth) => below[depth] === undefined || below[depth] === folder);
};

/** A package with all that it needs, as `npm ci --cpu … --os linux` laid them under `nodeModules`; each once. */
export function closure(nodeModules: string, names: readonly string[], architecture: Architecture): Manifest[] {
  const found = new Map<string, Manifest>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    const manifest = manifestOf(nodeModules, name);
    found.set(name, manifest);
    for (const needed of Object.keys(manifest.dependencies ?? {})) visit(needed);
    for (const chosen of Object.keys(manifest.optionalDependencies ?? {})) {
      if (isFor(nodeModules, chosen, architecture)) visit(chosen);
    }
  };
  for (const name of names) visit(name);
  return [...found.values()];
}

/** Copies packages into an image's `node_modules`, with the machine code of one platform only. */
export function copyPackages(nodeModules: string, packages: readonly Manifest[], out: string, to: Architecture): void {
  for (const { name } of packages) {
    const wanted = platforms[name] ?? (() => true);
    cpSync(join(nodeModules, name), join(out, "node_modules", name), {
      recursive: true,
      filter: (path) => !/\.(d\.ts|map|md)$/.test(path) && wanted(path, architectures[to]),
    });
  }
}

function manifestOf(nodeModules: string, name: string): Manifest {
  return JSON.parse(readFileSync(join(nodeModules, name, "package.json"), "utf8")) as Manifest;
}

/** Optional packages are machine code, one a platform; of the others a program does without. */
function isFor(nodeModules: string, name: string, architecture: Architecture): boolean {
  if (!existsSync(join(nodeModules, name, "package.json"))) return false;
  const { os, cpu, libc } = manifestOf(nodeModules, name);
  if (!os || !cpu) return false;
  return os.includes("linux") && cpu.includes(architectures[architecture]) && (libc?.includes("glibc") ?? true);
}
