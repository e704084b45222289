import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { buildArchives } from "@sluice/images";
import { OneNode, repoRoot } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { inNode, isLacking, why } from "./fleet.ts";

const local = join(repoRoot, ".sluice");
const cgroups = "/sys/fs/cgroup";
const folder = join(local, "e2e/second");

/** Whatever of this machine a node could leave a trace in. */
const traces = () => ({
  links: readdirSync("/sys/class/net").filter(isOurs),
  groups: [cgroups, ...foldersIn(cgroups)].flatMap(foldersIn).filter((path) => isOurs(basename(path))),
  mounts: readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .filter((line) => line.includes(folder)),
  processes: readdirSync("/proc").filter((pid) => commandOf(pid).includes(folder)),
  folder: existsSync(folder),
});
const isOurs = (name: string) => name.startsWith("sluice-");
const foldersIn = (path: string) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name));

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // not a process, or one that has just ended
  }
}

describe.skipIf(isLacking)(`a node${why}`, () => {
  test("stands beside another one, and leaves nothing behind", async () => {
    const before = traces();
    const { pause } = await buildArchives({ root: repoRoot, folder: join(local, "images"), programs: [] });
    const node = await OneNode.start(folder, pause!);
    try {
      expect(traces().links.length).toBe(before.links.length + 1);
      expect(await node.must(["get", "nodes", "--no-headers"])).toMatch(/^sluice +Ready/);
      expect(inNode("pidof", "kube-apiserver").trim()).toMatch(/^\d+$/);
      await expect(OneNode.forget(folder)).rejects.toThrow("a node runs in");
    } finally {
      await node.stop();
    }
    expect(traces()).toEqual(before);
  });
});
