import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** What every program for Linux takes for granted. */
const files: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/app:/sbin/nologin\n",
  "etc/group": "root:x:0:\nvideo:x:44:\nnonroot:x:65532:\n",
  "etc/nsswitch.conf": "hosts: files dns\n",
};
const authorities = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Writes the files of a base image into `out`: programs of this machine by the paths that they get, and the libraries that
 * they and the machine code below `natives` need. For machines that can fetch no public image; it has no shell.
 */
export function writeRootfs(out: string, programs: Readonly<Record<string, string>>, natives: readonly string[]): void {
  for (const folder of ["etc/ssl/certs", "app", "tmp"]) mkdirSync(join(out, folder), { recursive: true });
  chmodSync(join(out, "tmp"), 0o1777);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(out, path), text);
  if (existsSync(authorities)) copyFileSync(authorities, join(out, authorities));
  for (const [target, path] of Object.entries(programs)) {
    mkdirSync(join(out, dirname(target)), { recursive: true });
    copyFileSync(realpathSync(path), join(out, target));
  }
  const code = [...Object.values(programs), ...natives.flatMap(machineCode)];
  for (const library of new Set(code.flatMap(libraries))) {
    mkdirSync(join(out, dirname(library)), { recursive: true });
    cpSync(realpathSync(library), join(out, library));
  }
}

const machineCode = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(node|so)(\.\d+)*$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

/** Of the system, which is where an image's libraries come from; packages bring their own. */
function libraries(path: string): string[] {
  const { stdout } = spawnSync("ldd", [path], { encoding: "utf8" });
  const found = stdout.matchAll(/^\s*(?:\S+ => )?(?<path>\/(?:usr\/)?lib(?:64)?\/\S+) \(0x/gm);
  return [...found].flatMap(({ groups }) => groups?.["path"] ?? []);
}
