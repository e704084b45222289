import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TempDir, tempDir } from "@sluice/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Fleet } from "../cluster/fleet.builder.ts";
import { run, squeezed, widest } from "../cluster/run.builder.ts";

let dir: TempDir;
let fleet: Fleet;
const at = (name: string) => join(dir.path, name);
const head = "apiVersion: sluice.dev/v1alpha1\nkind: OffloadPolicy\nmetadata: { name: p }\n";
beforeAll(async () => {
  dir = tempDir();
  fleet = await Fleet.start();
  writeFileSync(at("periodic.yaml"), `${head}spec: { backendRef: { name: cloud }, decision: { policy: periodic } }\n`);
  writeFileSync(at("never.yaml"), `${head}spec: { backendRef: { name: cloud }, decision: { policy: never } }\n`);
  const header = {
    format: "sluice.trace",
    version: 1,
    task: "detection",
    classes: ["car"],
    edge: { model: "small", threshold: 0.3 },
    cloud: { model: "large", threshold: 0.3 },
    streams: [{ name: "gate", fps: 10, width: 640, height: 360 }],
    rungs: [{ name: "full", width: 640, height: 360, quality: 75 }],
  };
  const box = (x: number) => [x, 100, x + 100, 200, 0.9, 0];
  // The edge sees nothing; the cloud sees a car that moves.
  const frames = Array.from({ length: 100 }, (_, frame) => ({
    stream: "gate",
    frame,
    t: frame / 10,
    edge: [],
    cloud: { full: [box(frame)] },
    bytes: { full: 8_000 },
    signals: {},
  }));
  writeFileSync(at("trace.jsonl"), [header, ...frames].map((line) => JSON.stringify(line)).join("\n"));
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await dir?.remove();
});

it("shows what a proposal costs and gains, against a file", async () => {
  const { code, out, problems } = await run(
    "policy",
    "simulate",
    at("periodic.yaml"),
    "--against",
    at("never.yaml"),
    "--trace",
    at("trace.jsonl"),
    "-o",
    "json",
  );
  expect({ code, problems }).toMatchObject({ code: 0 });
  const [{ current, proposed }] = JSON.parse(out);
  expect(current).toMatchObject({ bytes: 0, sent: 0, score: 0 });
  expect(proposed.bytes).toBeGreaterThan(0);
  expect(proposed.score).toBeGreaterThan(0.3);
});

it("takes the cluster's policy for what is now", async () => {
  await fleet.create("OffloadPolicy", "p", { backendRef: { name: "cloud" }, decision: { policy: "never" } });
  const args = [
    "policy",
    "simulate",
    at("periodic.yaml"),
    "--trace",
    at("trace.jsonl"),
    "--kubeconfig",
    fleet.kube.kubeconfig,
  ];
  const { out } = await run(...args);
  const [columns, row] = squeezed(out).trim().split("\n");
  expect(columns?.trim()).toBe("STREAM A NOW A THEN 95 % THEN CHANGE BYTES NOW THEN CHANGE");
  expect(row).toMatch(/^gate 0[.]000 0[.]\d{3} 0[.]\d{3} to [01][.]\d{3} [+]0[.]\d{3} 0 B \d+[.]\d kB -$/);
  expect(widest(out)).toBeLessThanOrEqual(80);
  await fleet.remove("OffloadPolicy", "p");
  expect(await run(...args)).toMatchObject({ code: 2, problems: expect.stringContaining("--against FILE") });
});
