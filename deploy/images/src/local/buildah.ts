import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Builds images without a daemon, and keeps what it needs for that in one folder. */
export class Buildah {
  readonly #storage: readonly string[];

  constructor(folder: string) {
    const [root, run] = [join(folder, "root"), join(folder, "run")];
    for (const path of [root, run]) mkdirSync(path, { recursive: true });
    // vfs needs nothing of the kernel; chroot needs no namespaces.
    this.#storage = ["--root", root, "--runroot", run, "--storage-driver", "vfs"];
  }

  /** Builds `context` by the text of a Dockerfile, and writes the image, called `name`, to the archive `out`. */
  build(context: string, dockerfile: string, name: string, out: string, args: Readonly<Record<string, string>>): void {
    const given = Object.entries(args).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
    const flags = ["--isolation", "chroot", "--layers=false", "--quiet", "--tag", name];
    const file = `${out}.Dockerfile`;
    writeFileSync(file, dockerfile);
    this.#run("bud", [...flags, ...given, "--file", file, context]);
    this.#run("push", ["--quiet", name, `oci-archive:${out}:${name}`]);
    rmSync(file);
  }

  /** Forgets an image that was written to an archive. */
  forget(name: string): void {
    this.#run("rmi", ["--force", name]);
  }

  #run(verb: string, words: readonly string[]): void {
    const command = [verb, ...this.#storage, ...words];
    const { status, stderr, error } = spawnSync("buildah", command, { encoding: "utf8" });
    if (status !== 0) throw error ?? new Error(`buildah ${verb}: ${stderr}`);
  }
}
