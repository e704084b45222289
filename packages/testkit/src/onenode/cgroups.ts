import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../until.ts";

const root = "/sys/fs/cgroup";

/** Version 1 has a tree for each controller, version 2 has one for all. */
const trees = (): string[] =>
  existsSync(join(root, "cgroup.controllers"))
    ? [root]
    : readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(root, name));

/** The group under which the kubelet makes those of its pods. False where there is one already: it is another node's, or was. */
export function makeCgroup(name: string): boolean {
  const [first, ...others] = trees();
  if (!made(join(first!, name))) return false;
  for (const tree of [first!, ...others]) {
    const group = join(tree, name);
    mkdirSync(group, { recursive: true });
    for (const file of ["cpuset.cpus", "cpuset.mems"]) inherit(tree, group, file);
    delegate(tree);
    delegate(group);
  }
  return true;
}

/** Of two that try at the same moment one succeeds. */
function made(group: string): boolean {
  try {
    mkdirSync(group);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** A new cpuset of version 1 has no processor, and takes no process before it has. */
function inherit(tree: string, group: string, file: string): void {
  if (!existsSync(join(tree, file))) return;
  writeFileSync(join(group, file), readFileSync(join(tree, file)));
}

/** In version 2 a group's children have the controllers that it hands down. */
function delegate(group: string): void {
  if (!existsSync(join(group, "cgroup.controllers"))) return;
  const controllers = readFileSync(join(group, "cgroup.controllers"), "utf8").split(/\s/).filter(Boolean);
  for (const name of controllers) writeFileSync(join(group, "cgroup.subtree_control"), `+${name}`);
}

export const existsCgroup = (name: string): boolean => trees().some((tree) => existsSync(join(tree, name)));

/** Waits for the kernel, which takes a moment to see that a group's processes are gone. */
export async function removeCgroup(name: string): Promise<void> {
  for (const tree of trees()) {
    const group = join(tree, name);
    await until(() => removed(group), { what: `the removal of ${group}` });
  }
}

function removed(group: string): boolean {
  if (!existsSync(group)) return true;
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removed(join(group, entry.name));
  }
  rmdirSync(group);
  return true;
}
