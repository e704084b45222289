import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { condition, Fleet } from "../cluster/fleet.builder.ts";
import { run, squeezed, widest } from "../cluster/run.builder.ts";
import { sluice } from "../demo/demo.builder.ts";

let fleet: Fleet;
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const spec = { backendRef: { name: "cloud" }, budget: { rate: "600kbit/s" } };
const inFleet = (...args: string[]) => run(...args, "--kubeconfig", fleet.kube.kubeconfig);

beforeAll(async () => {
  fleet = await Fleet.start();
  await fleet.create("OffloadPolicy", "north", spec);
  await fleet.create("OffloadPolicy", "unseen", spec);
  await fleet.status("OffloadPolicy", "north", {
    observedGeneration: 1,
    currentRevision: "north-aaaaaaaaaa",
    updateRevision: "north-bbbbbbbbbb",
    devices: { selected: 4, online: 3, updated: 2 },
    budget: { limit: "600 kbit/s", granted: "580 kbit/s", price: "0.0000012" },
    agreement: { mean: "0.742", low: "0.710", high: "0.774", samples: 240 },
    rollout: {
      phase: "Measuring",
      wave: "half",
      step: "2/3",
      startedAt: minutesAgo(3),
      message: "wave half (2 of 3): 1 of 2 measurements passed, 0 failed",
      metrics: [
        { name: "quality", verdict: "Good", value: "0.7", low: "0.66", high: "0.74", samples: 120 },
        { name: "drops", verdict: "Unknown" },
      ],
    },
    conditions: [
      condition("Ready", "False", "Progressing", "wave half (2 of 3): 1 of 2 measurements passed, 0 failed"),
      condition("BudgetHeld", "True", "Succeeded", "all leases fit into 600 kbit/s"),
    ],
  });
  await fleet.create("EdgeDevice", "gate-1", {}, { site: "north" });
  await fleet.create("EdgeDevice", "gate-2", {});
  await fleet.create("EdgeDevice", "gate-3", {});
  await fleet.status("EdgeDevice", "gate-1", {
    lastSeen: minutesAgo(60),
    url: "http://gate-1.example:8080",
    policy: { name: "north", revision: "north-bbbbbbbbbb" },
    lease: { rate: "180 kbit/s" },
    model: { name: "street-edge", sha256: "a".repeat(64) },
    conditions: [condition("Reporting", "True", "Succeeded")],
  });
  await fleet.status("EdgeDevice", "gate-2", {
    lastSeen: minutesAgo(7),
    conditions: [condition("Reporting", "False", "Silent")],
  });
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

describe("sluice devices", () => {
  it("says who is heard and what each acts on, and - for what is not known", async () => {
    const { code, out } = await inFleet("devices");
    expect(code).toBe(0);
    expect(squeezed(out).trim().split("\n")).toEqual([
      "NAME STATE POLICY RATE MODEL",
      "gate-1 online north 180 kbit/s street-edge",
      "gate-2 silent 7m - - -",
      "gate-3 - - - -",
    ]);
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  it("writes the objects as the server has them, and more columns", async () => {
    const { items } = JSON.parse((await inFleet("devices", "--policy", "north", "-o", "json")).out);
    expect(items).toMatchObject([
      { kind: "EdgeDevice", metadata: { name: "gate-1" }, status: { lease: { rate: "180 kbit/s" } } },
    ]);
    expect((await inFleet("devices", "-o", "wide")).out).toContain("http://gate-1.example:8080");
    expect((await inFleet("devices", "-o", "yaml")).out).toMatch(/^apiVersion: v1\nkind: List\n/);
  });

  it("looks into the namespace that is named", async () => {
    expect((await inFleet("devices", "-n", "elsewhere")).out).toBe("no EdgeDevice\n");
  });

  it("takes the context that is named, with its namespace, and knows no other", async () => {
    await using dir = tempDir();
    const config = JSON.parse(readFileSync(fleet.kube.kubeconfig, "utf8"));
    const { context } = config.contexts[0];
    config.contexts.push({ name: "elsewhere", context: { ...context, namespace: "elsewhere" } });
    const path = join(dir.path, "kubeconfig");
    writeFileSync(path, JSON.stringify(config));
    const named = (name: string) => run("devices", "--kubeconfig", path, "--context", name);
    expect((await named(config.contexts[0].name)).out).toContain("gate-1");
    expect((await named("elsewhere")).out).toBe("no EdgeDevice\n");
    expect(await named("nowhere")).toMatchObject({ code: 1, problems: expect.stringContaining("known are") });
  });
});

describe("sluice policy status", () => {
  it("lists policies on lines that a terminal holds", async () => {
    const { out } = await inFleet("policy", "status");
    expect(squeezed(out).trim().split("\n")).toEqual([
      "NAME ROLLOUT WAVE UPDATED ONLINE FAILED AGREEMENT",
      "north Measuring 2/3 2/4 3/4 - 0.742 (0.710-0.774)",
      "unseen - - - - - -",
    ]);
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  it("tells all of one: wave, gates with intervals, devices, budget, agreement, conditions", async () => {
    const { code, out } = await inFleet("policy", "status", "north");
    expect(code).toBe(0);
    const lines = squeezed(out);
    for (const line of [
      "Rollout Measuring, wave half (2/3), begun 3m ago",
      "Revision north-aaaaaaaaaa -> north-bbbbbbbbbb",
      "Devices 4 selected, 3 online, 2 updated, - failed",
      "Budget 600 kbit/s, granted 580 kbit/s, used -, price 0.0000012",
      "Agreement 0.742, 95 % within 0.710 to 0.774, 240 replies",
      "quality 0.7 0.66 to 0.74 120 Good",
      "drops - - - Unknown",
      "Ready False Progressing",
      "BudgetHeld: all leases fit into 600 kbit/s",
    ])
      expect(lines).toContain(line);
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  it("says of a policy that no operator has seen that nothing is known", async () => {
    const { out } = await inFleet("policy", "status", "unseen");
    expect(out).toContain("no operator has looked at this policy");
    expect(squeezed(out)).toContain("Devices - selected, - online, - updated, - failed");
  });

  it("names what does not exist, and what to do", async () => {
    const { code, problems } = await inFleet("policy", "status", "south");
    expect({ code, problems }).toMatchObject({
      code: 1,
      problems: expect.stringMatching(
        /error\[object-missing\] no OffloadPolicy south in namespace default\n {2}cure: /,
      ),
    });
  });

  it("goes on showing what changes until it is interrupted", async () => {
    const watching = sluice(["policy", "status", "unseen", "--watch", "--kubeconfig", fleet.kube.kubeconfig]);
    await until(() => watching.output().includes("no conditions"), { timeoutMs: 60_000, what: "the first look" });
    await fleet.status("OffloadPolicy", "unseen", {
      conditions: [condition("Ready", "True", "Succeeded", "all is well")],
    });
    await until(() => watching.output().includes("all is well"), { timeoutMs: 60_000, what: "the change" });
    watching.process.kill("SIGINT");
    expect(await watching.ended).toMatchObject({ code: 0 });
  });
});
