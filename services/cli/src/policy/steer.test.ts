import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { operatorConfigSchema } from "@sluice/contracts";
import { type Operator, startOperator } from "@sluice/operator";
import { type NatsServer, startNats, type TempDir, tempDir, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { condition, Fleet } from "../cluster/fleet.builder.ts";
import { run, squeezed, widest } from "../cluster/run.builder.ts";

let fleet: Fleet;
let nats: NatsServer;
let operator: Operator;
let dir: TempDir;
const sluice = (...args: string[]) => run(...args, "--kubeconfig", fleet.kube.kubeconfig);
const policy = (...args: string[]) => sluice("policy", ...args);
const phase = async (name = "north"): Promise<string | undefined> =>
  (await fleet.get("OffloadPolicy", name)).status?.rollout?.phase;
const untilPhase = (wanted: string) =>
  until(async () => (await phase()) === wanted, { timeoutMs: 60_000, what: `rollout ${wanted}` });
const edit = (spec: object) =>
  fleet.ask("PATCH", "/apis/sluice.dev/v1alpha1/namespaces/default/offloadpolicies/north", { spec });

/** A real operator; nobody listens, so that rollouts move only by what the commands ask for. */
beforeAll(async () => {
  dir = tempDir();
  [fleet, nats] = await Promise.all([Fleet.start(), startNats({ jetStream: true })]);
  await fleet.ask("POST", "/apis/sluice.dev/v1alpha1/namespaces/default/inferencemodels", {
    apiVersion: "sluice.dev/v1alpha1",
    kind: "InferenceModel",
    metadata: { name: "large" },
    spec: {
      uri: "https://example.com/large.onnx",
      sha256: "d".repeat(64),
      task: "detection",
      family: "peaks",
      input: { width: 64, height: 64 },
      classes: ["car"],
    },
  });
  await fleet.ask("POST", "/apis/sluice.dev/v1alpha1/namespaces/default/inferencebackends", {
    apiVersion: "sluice.dev/v1alpha1",
    kind: "InferenceBackend",
    metadata: { name: "cloud" },
    spec: { modelRef: { name: "large" } },
  });
  await fleet.create("EdgeDevice", "gate-1", {}, { site: "north" });
  const waves = [{ name: "canary", count: 1 }];
  await fleet.create("OffloadPolicy", "north", { backendRef: { name: "cloud" }, rollout: { waves } });
  const config = {
    namespace: "default",
    kubeconfig: fleet.kube.kubeconfig,
    http: { port: 0 },
    nats: { servers: [nats.url] },
  };
  operator = await startOperator(operatorConfigSchema.parse(config), {
    identity: "a",
    environment: { SLUICE_LOG_LEVEL: "silent" },
  });
  await untilPhase("Waiting");
}, 120_000);
afterAll(async () => {
  await operator?.close();
  await nats?.stop();
  await fleet?.[Symbol.asyncDispose]();
  await dir?.remove();
});

describe("steering a rollout with its operator", () => {
  it("promotes past one wave, then past all", async () => {
    expect(await policy("promote", "north")).toMatchObject({
      code: 0,
      out: expect.stringContaining("past wave canary (1/2)"),
    });
    await until(async () => (await policy("status", "north")).out.includes("(2/2)"), {
      timeoutMs: 60_000,
      what: "wave 2",
    });
    expect((await policy("promote", "north", "--all")).code).toBe(0);
    await untilPhase("Done");
    expect(await policy("promote", "north")).toMatchObject({
      code: 1,
      problems: expect.stringMatching(
        /error\[rollout-refused\] north: north-\w+ is Done, so there is nothing to promote/,
      ),
    });
  });

  it("pauses before an edit, resumes, gives up, and says so in the history", async () => {
    const good = (await fleet.get("OffloadPolicy", "north")).status.currentRevision as string;
    expect((await policy("pause", "north")).out).toBe("north is paused\n");
    await edit({ decision: { policy: "periodic", every: 7 } });
    await untilPhase("Paused");
    expect((await policy("promote", "north")).problems).toContain("north is paused");
    expect((await policy("resume", "north")).out).toBe("north is going on\n");
    await untilPhase("Waiting");
    expect((await policy("abort", "north")).out).toContain(`devices get ${good} back`);
    await untilPhase("Aborted");
    const { out } = await policy("history", "north");
    const rows = squeezed(out)
      .trim()
      .split("\n")
      .map((line) => line.replace(/ \d+s /, " AGE "));
    expect(rows).toEqual([
      "REVISION NO MADE STATE CHANGED",
      `${good} 1 AGE last good the first that is kept`,
      expect.stringMatching(
        /^north-\w+ 2 AGE failed decision[.]every, decision[.]policy$|^north-\w+ 2 AGE failed decision[.]policy, decision[.]every$/,
      ),
    ]);
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  it("begins a failed revision anew", async () => {
    expect(await policy("restart", "north")).toMatchObject({ code: 0 });
    await untilPhase("Waiting");
    expect((await policy("restart", "north")).problems).toContain("nothing to restart");
    await policy("promote", "north", "--all");
    await untilPhase("Done");
  });

  it("goes back to an earlier specification, and leaves waves and gate as they are", async () => {
    await edit({ rollout: { waves: [{ name: "half", percent: 50 }] } });
    expect((await policy("undo", "north", "--dry-run")).out).toContain("nothing was written");
    expect((await fleet.get("OffloadPolicy", "north")).spec.decision.policy).toBe("periodic");
    const { out } = await policy("undo", "north", "--to", "1");
    expect(out).toMatch(/north goes back to north-\w+\n.*decision/);
    const { spec } = await fleet.get("OffloadPolicy", "north");
    expect(spec.decision).toEqual({ policy: "learned" });
    expect(spec.rollout.waves).toMatchObject([{ name: "half", percent: 50 }]);
    await until(async () => (await policy("history", "north", "-o", "json")).out.includes('"revision": 3'), {
      timeoutMs: 60_000,
      what: "the old revision as the newest",
    });
    expect((await policy("undo", "north", "--to", "99")).problems).toContain("no revision 99; there are");
  });
});

describe("sluice policy diff", () => {
  const file = (spec: string, name = "north") => {
    const path = join(dir.path, "policy.yaml");
    writeFileSync(
      path,
      `apiVersion: sluice.dev/v1alpha1\nkind: OffloadPolicy\nmetadata: { name: ${name} }\nspec: ${spec}\n`,
    );
    return path;
  };

  it("compares with the server's defaults, and counts the devices of each wave", async () => {
    for (const i of [2, 3, 4, 5]) await fleet.create("EdgeDevice", `gate-${i}`, {}, { site: "north" });
    await operator.close();
    for (const i of [1, 2, 3, 4])
      await fleet.status("EdgeDevice", `gate-${i}`, { conditions: [condition("Reporting", "True", "Succeeded")] });
    await fleet.create("OffloadPolicy", "mine", { backendRef: { name: "cloud" }, priority: 5 });
    const waves = "waves: [{ name: one, count: 1, approval: true }, { name: half, percent: 50 }]";
    const path = file(
      `{ backendRef: { name: cloud }, priority: 5, payload: { rungs: [{ name: full, width: 320, quality: 75 }] }, rollout: { ${waves} } }`,
      "mine",
    );
    const { code, out } = await policy("diff", path);
    expect(code).toBe(3);
    expect(out).toContain("~ payload.rungs[full].width: 640 -> 320");
    expect(out).toMatch(/revision mine-\w+ for 5 device\(s\), without a gate/);
    expect(out).toMatch(/wave 1 one: \+1 gate-\d; then waits for `sluice policy promote`/);
    expect(out).toMatch(/wave 2 half: \+1 gate-\d\n/);
    expect(out).toMatch(/wave 3 rest: \+2 gate-\d, gate-\d\n/);
    expect(out).toContain("converge when they return: gate-5");
    expect((await fleet.get("OffloadPolicy", "mine")).spec.payload.rungs[0].width).toBe(640);
  });

  it("says that leases follow at once where devices would notice nothing", async () => {
    const { out } = await policy(
      "diff",
      file("{ backendRef: { name: cloud }, priority: 5, budget: { rate: 1Mbit/s } }", "mine"),
    );
    expect(out).toContain("~ budget.rate: 200kbit/s -> 1Mbit/s");
    expect(out).toContain("no new revision for 5 device(s)");
  });

  it("takes out what kubectl applied before and the file does not have any more", async () => {
    const yaml = (spec: object) =>
      JSON.stringify({ apiVersion: "sluice.dev/v1alpha1", kind: "OffloadPolicy", metadata: { name: "kept" }, spec });
    const selector = { matchLabels: { site: "south" } };
    const first = { selector, backendRef: { name: "cloud" }, budget: { cap: "9kbit/s" } };
    await fleet.kube.kubectl(["apply", "-f", "-"], { input: yaml(first) });
    await policy("pause", "kept");
    const path = join(dir.path, "kept.json");
    writeFileSync(path, yaml({ selector, backendRef: { name: "cloud" } }));
    const { out } = await policy("diff", path);
    expect(out).toContain("- budget.cap: 9kbit/s");
    // What somebody else set stays, as it does when kubectl applies.
    expect(out).not.toContain("paused: true ->");
    const applied = await fleet.kube.kubectl(["apply", "-f", path]);
    expect(applied.code).toBe(0);
    expect(await policy("diff", path)).toMatchObject({ code: 0, out: "kept: nothing would change\n" });
  });

  it("tells what the server would refuse", async () => {
    const { code, problems } = await policy("diff", file("{ budget: { rate: fast } }", "mine"));
    expect({ code, problems }).toMatchObject({ code: 1, problems: expect.stringContaining("error[object-invalid]") });
  });
});
