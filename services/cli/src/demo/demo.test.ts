import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { tempDir, until } from "@sluice/testkit";
import { afterEach, expect, test } from "vitest";
import { demoArguments, marked, pageOf, sluice } from "./demo.builder.ts";
import type { Summary } from "./summary.ts";

const readsProcesses = process.platform === "linux";
const marks: string[] = [];
const newMark = () => marks[marks.push(randomUUID()) - 1]!;

afterEach(() => {
  for (const mark of marks.splice(0)) for (const pid of marked(mark)) process.kill(Number(pid), "SIGKILL");
});

test("a timed run keeps its books and its budget, and scores what was published", { timeout: 180_000 }, async () => {
  await using dir = tempDir();
  const out = join(dir.path, "out");
  const options = ["--seconds", "6", "--out", out, "--policy", "always", "--budget", "80kbit/s"];
  const demo = sluice(["demo", ...options, ...(await demoArguments(dir.path))], newMark());
  expect({ ...(await demo.ended), output: demo.output() }).toMatchObject({ code: 0, signal: null });
  const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8")) as Summary;
  expect(summary.streams.map(({ name, reference }) => [name, reference])).toEqual([
    ["gate", "truth"],
    ["yard", "truth"],
  ]);
  for (const stream of [...summary.streams, summary.all]) {
    const dropped = Object.values(stream.dropped).reduce((sum, count) => sum + count, 0);
    expect(stream.frames).toBe(stream.answered + dropped);
    expect(stream.answered).toBeGreaterThan(10);
    expect(stream.bytes).toBeLessThanOrEqual(stream.budgetBytes!);
    expect(stream.sent).toBeGreaterThan(0);
    // The small model sees one of two; the large one both.
    expect(stream.f1Local).toBeCloseTo(2 / 3, 3);
    expect(stream.f1Cloud).toBe(1);
    expect(stream.f1Corrected).toBeGreaterThan(stream.f1Local!);
    expect(stream.scoredFrames.cloud).toBe(stream.scoredFrames.local);
    // This policy audits nothing, so nothing is claimed; what agreement was, the cloud model tells afterwards.
    const { samples, local } = stream.agreement;
    expect({ samples, ...local }).toMatchObject({ samples: 0, claimed: null, halfWidth: null });
    expect(local.actual).toBeCloseTo(2 / 3, 3);
  }
  expect(summary.lostMessages).toBe(0);
});

// Retried, since the five seconds are those of a machine that has time.
test.runIf(readsProcesses)("Ctrl-C stops everything within 5 s", { timeout: 180_000, retry: 2 }, async () => {
  await using dir = tempDir();
  const mark = newMark();
  const demo = sluice(["demo", ...(await demoArguments(dir.path))], mark);
  const page = await pageOf(demo);
  expect((await fetch(page)).ok).toBe(true);
  expect(marked(mark).length).toBeGreaterThanOrEqual(6);
  const startMs = performance.now();
  demo.process.kill("SIGINT");
  expect({ ...(await demo.ended), output: demo.output() }).toMatchObject({ code: 0, signal: null });
  expect(performance.now() - startMs).toBeLessThan(5_000);
  await until(() => marked(mark).length === 0, { what: "every process gone" });
});

test.runIf(readsProcesses)("nothing outlives a demo that was killed", { timeout: 180_000 }, async () => {
  await using dir = tempDir();
  const mark = newMark();
  const demo = sluice(["demo", ...(await demoArguments(dir.path))], mark);
  await pageOf(demo);
  demo.process.kill("SIGKILL");
  await until(() => marked(mark).length === 0, { what: "every process gone" });
  expect(marked(mark)).toEqual([]);
});

test("without an end or a policy of one's own, leases move the budget between cameras", {
  timeout: 180_000,
}, async () => {
  await using dir = tempDir();
  const options = ["--budget", "400kbit/s", ...(await demoArguments(dir.path))];
  const demo = sluice(["demo", ...options], newMark());
  await until(() => demo.output().includes("demo: RolloutComplete"), { timeoutMs: 90_000, what: "the rollout" });
  const leases = (camera: string) => [...demo.output().matchAll(new RegExp(`${camera}: .*\\(lease (\\d+) kbit`, "g"))];
  const both = () => ["gate", "yard"].every((camera) => leases(camera).some(([, rate]) => Number(rate) > 0));
  await until(both, { timeoutMs: 60_000, what: "the leases of both cameras" });
  demo.process.kill("SIGINT");
  expect(await demo.ended).toMatchObject({ code: 0 });
  for (const camera of ["gate", "yard"])
    for (const [, rate] of leases(camera)) expect(Number(rate)).toBeLessThanOrEqual(400);
});

test("a policy file is rolled out by an operator, and again when it is edited", { timeout: 180_000 }, async () => {
  await using dir = tempDir();
  const mark = newMark();
  const file = join(dir.path, "policy.yaml");
  const write = (share: string) => {
    const waves = [{ name: "first", count: 1 }];
    const spec = { backendRef: { name: "street" }, budget: { rate: "4Mbit/s" }, audit: { share }, rollout: { waves } };
    const policy = { apiVersion: "sluice.dev/v1alpha1", kind: "OffloadPolicy", metadata: { name: "mine" }, spec };
    writeFileSync(file, JSON.stringify(policy));
  };
  write("0.5");
  const demo = sluice(["demo", "--policy", file, ...(await demoArguments(dir.path))], mark);
  const completed = (times: number) => () => demo.output().split("mine: RolloutComplete").length === times + 1;
  await until(completed(1), { timeoutMs: 90_000, what: "the first rollout" });
  await until(() => /yard: .*\(lease \d/.test(demo.output()), { timeoutMs: 30_000, what: "a lease" });
  write("0.4");
  await until(completed(2), { timeoutMs: 60_000, what: "the edit" });
  demo.process.kill("SIGINT");
  expect({ ...(await demo.ended), output: demo.output() }).toMatchObject({ code: 0, signal: null });
  expect(demo.output()).toContain("wave 1 of 2, 1 devices at most");
});

test("wrong options are all named before anything starts", { timeout: 60_000 }, async () => {
  const demo = sluice(["demo", "--video", "no-such.mp4", "--budget", "20", "--edge-model", "no-such.yaml"]);
  expect((await demo.ended).code).toBe(2);
  for (const problem of [/no-such\.mp4: no such file/, /"20" is not a rate/, /no-such\.yaml: no such file/]) {
    expect(demo.output()).toMatch(problem);
  }
  expect(demo.output()).not.toContain("Starting");
});

test("a port that is taken is named, with one that is free", { timeout: 60_000 }, async () => {
  await using dir = tempDir();
  const server = createServer().listen(0, "127.0.0.1");
  await until(() => server.listening);
  const { port } = server.address() as { port: number };
  const demo = sluice(["demo", ...(await demoArguments(dir.path)), "--port", String(port)]);
  expect((await demo.ended).code).toBe(1);
  expect(demo.output()).toMatch(new RegExp(`error\\[port-taken\\] port ${port} .*--port \\d+`));
  expect(demo.output()).not.toContain("Starting");
  server.close();
});
