import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "@sluice/testkit";
import { inject } from "vitest";
import { inNode } from "./fleet.ts";

/** What the version after this one has that this one has not: numbers, images, and a field in each kind of the API. */
export const nextVersion = "0.1.1";
export const nextField = "remark";

const spec = /^( +)spec:\n +type: object\n/m;

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${path}: nothing to change`);
  writeFileSync(path, after);
}

/** Path of a chart as its next version could be; none was released before this one, so this is the upgrade that can be tried. */
export function nextChart(name: "sluice" | "sluice-edge"): string {
  const folder = join(inject("folder"), "next", name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(repoRoot, "charts", name), folder, { recursive: true });
  edit(join(folder, "Chart.yaml"), (text) => text.replaceAll(/ersion: 0\.1\.0$/gm, `ersion: ${nextVersion}`));
  if (name === "sluice") {
    for (const kind of ["offloadpolicies", "edgedevices", "inferencebackends", "inferencemodels"])
      edit(join(folder, "api", `${kind}.yaml`), withField);
  }
  return folder;
}

function withField(crd: string): string {
  const at = spec.exec(crd)![1]!.length;
  const indent = (depth: number) => " ".repeat(at + 2 * depth);
  const properties = new RegExp(`(?<=^${indent(0)}spec:\\n(?:${indent(1)}.*\\n)*?${indent(1)}properties:\\n)`, "m");
  return crd.replace(properties, `${indent(2)}${nextField}:\n${indent(3)}type: string\n`);
}

/** Gives the node the images of that version, which are those of this one by another name. */
export function tagNextImages(): void {
  for (const program of ["operator", "console", "inference", "edge"]) {
    const image = (version: string) => `docker.io/library/sluice-${program}:${version}`;
    const ctr = ["--address=/run/containerd/containerd.sock", "--namespace=k8s.io", "images", "tag", "--force"];
    inNode("ctr", ...ctr, image("0.1.0"), image(nextVersion));
  }
}
