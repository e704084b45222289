import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { repoRoot, type TempDir, tempDir } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Fleet } from "../cluster/fleet.builder.ts";
import { run } from "../cluster/run.builder.ts";

let fleet: Fleet;
let dir: TempDir;
const path = process.env["PATH"];
beforeAll(async () => {
  dir = tempDir();
  for (const name of ["sluice", "kubectl-sluice", "kubectl_complete-sluice"])
    symlinkSync(join(repoRoot, `services/cli/bin/${name}.js`), join(dir.path, name));
  process.env["PATH"] = `${dir.path}:${path}`;
  fleet = await Fleet.start();
  await fleet.create("OffloadPolicy", "north", { backendRef: { name: "cloud" } });
  await fleet.create("EdgeDevice", "gate-1", {});
});
afterAll(async () => {
  process.env["PATH"] = path;
  await fleet?.[Symbol.asyncDispose]();
  await dir?.remove();
});

const words = async (...typed: string[]) =>
  (await run("__complete", ...typed)).out
    .trim()
    .split("\n")
    .map((line) => line.split("\t")[0]);

describe("completion", () => {
  it.each([
    [["pol"], ["policy", ":4"]],
    [
      ["policy", "pr"],
      ["promote", ":4"],
    ],
    [
      ["devices", "-o", "j"],
      ["json", ":4"],
    ],
    [
      ["policy", "status", "--kubec"],
      ["--kubeconfig", ":4"],
    ],
    [["policy", "lint", ""], [":0"]],
    [["replay", "--trace", ""], [":0"]],
    [
      ["completion", "z"],
      ["zsh", ":4"],
    ],
    [["policy", "status", "north", "x"], [":4"]],
  ])("offers after %j", async (typed, offers) => {
    expect(await words(...typed)).toEqual(offers);
  });

  it("offers the names that the cluster has, and none where there is none", async () => {
    const config = ["--kubeconfig", fleet.kube.kubeconfig];
    expect(await words("policy", "promote", ...config, "")).toEqual(["north", ":4"]);
    expect(await words("why", ...config, "gate")).toEqual(["gate-1", ":0"]);
    expect(await words("policy", "promote", "--kubeconfig", "/nonexistent", "")).toEqual([":4"]);
  });
});

describe("kubectl sluice", () => {
  it("is the same command under kubectl's name", async () => {
    expect(await fleet.kube.kubectl(["sluice", "devices"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("gate-1"),
    });
    expect((await fleet.kube.kubectl(["sluice", "--help"])).stdout).toContain("Usage: kubectl sluice");
    expect((await fleet.kube.kubectl(["sluice", "policy", "status", "south"])).code).toBe(1);
  });

  it("is completed by kubectl, names and all", async () => {
    const { stdout } = await fleet.kube.kubectl(["__complete", "sluice", "policy", "promote", ""]);
    expect(stdout).toBe("north\n:4\n");
  });
});
