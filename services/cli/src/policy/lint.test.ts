import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot, type TempDir, tempDir } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../cluster/run.builder.ts";

let dir: TempDir;
beforeAll(() => {
  dir = tempDir();
});
afterAll(() => dir.remove());

const device = `
apiVersion: sluice.dev/v1alpha1
kind: EdgeDevice
metadata: { name: cam, labels: { site: north } }
spec: { floor: 60kbit/s, streams: [{ name: gate, zones: [{ name: lane, polygon: "0,0 1,0 1,1" }] }] }
---
apiVersion: sluice.dev/v1alpha1
kind: EdgeDevice
metadata: { name: other, labels: { site: north } }
spec: { floor: 60kbit/s }
`;

/** The findings in a policy with this specification, beside two devices and other objects. */
async function findings(spec: string, others = ""): Promise<string[]> {
  const path = join(dir.path, "policy.yaml");
  const head = "apiVersion: sluice.dev/v1alpha1\nkind: OffloadPolicy\nmetadata: { name: p }\n";
  writeFileSync(path, `${head}spec: { backendRef: { name: cloud }, ${spec} }\n---${others}${device}`);
  const { out } = await run("policy", "lint", path, "-o", "json");
  const objects = JSON.parse(out) as { kind: string; findings: { level: string; at: string; says: string }[] }[];
  const [policy] = objects.filter(({ kind }) => kind === "OffloadPolicy");
  return policy!.findings.map(({ level, at, says }) => `${level} ${at}: ${says}`);
}

const agreement = '{ name: a, measure: agreement, min: "0.6" }';

describe("sluice policy lint", () => {
  it.each([
    [
      "budget: { rate: 50kbit/s, floor: 80kbit/s }",
      "error budget.floor: 80 kbit/s exceeds the whole budget of 50 kbit/s",
    ],
    ["budget: { rate: 100kbit/s }", "error budget.floor: 2 devices keep 120 kbit/s together, the budget is 100 kbit/s"],
    ["budget: { floor: 9kbit/s, cap: 8kbit/s }", "error budget.cap: lies below the floor of 9 kbit/s"],
    [
      "budget: { quota: { size: 1TB, per: hour } }",
      "warning budget.quota: never counts: the rate lets 90.0 MB through in a hour",
    ],
    ["decision: { policy: random, every: 3 }", "warning decision.every: random ignores it"],
    [
      "payload: { rungs: [{ name: s, width: 320, quality: 60 }, { name: l, width: 640, quality: 60 }] }",
      "error payload.rungs[l]: is better than s before it: write the best first",
    ],
    [
      "rollout: { waves: [{ name: a, percent: 30 }, { name: b, percent: 20 }] }",
      "error rollout.waves[b].percent: adds no device: a reaches 30 before it",
    ],
    [
      "rollout: { waves: [{ name: a, percent: 20 }] }",
      "warning rollout.waves: the waves reach 20 % and then stop: the other 80 % change at once after them",
    ],
    [
      "rollout: { waves: [{ name: a, selector: { matchLabels: { ring: x } } }] }",
      "warning rollout.waves[a].selector: matches none of the policy's devices",
    ],
    [
      `audit: { share: "0" }, gate: { metrics: [${agreement}] }`,
      "error gate.metrics[a]: audit.share 0 measures nothing: agreement stays unknown, and each wave waits 60 min for a person",
    ],
    ["gate: { interval: 2h, passes: 2 }", "error gate.deadline: 60 min is too short for 2 pass(es), 2 h apart"],
    [
      'gate: { metrics: [{ name: d, measure: drops, min: "0.5", max: "0.1" }] }',
      "error gate.metrics[d]: min 0.5 lies above max 0.1",
    ],
    ["focus: { zones: [moon] }", "error focus.zones: no stream of the policy's devices has a zone moon"],
    ["selector: { matchLabels: { site: south } }", "warning selector: matches no EdgeDevice"],
    ["selector: { matchExpressions: [{ key: a, operator: In }] }", "error selector: a: In needs values"],
    [
      "budget: { rate: fast }",
      'error budget.rate: "fast" is not a rate: write a number and one of bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, KiB/s, MB/s, MiB/s',
    ],
    ["budgte: {}", 'error spec: Unrecognized key: "budgte"'],
  ])("finds what is wrong with %s", async (spec, finding) => {
    expect(await findings(spec)).toContain(finding);
  });

  it("says nothing against what is right beside the same devices", async () => {
    const waves = "waves: [{ name: one, count: 1 }, { name: half, percent: 50 }]";
    expect(
      await findings(`focus: { zones: [lane] }, gate: { metrics: [${agreement}] }, rollout: { ${waves} }`),
    ).toEqual([]);
  });

  it("finds models of two tasks, of which none corrects the other", async () => {
    const model = (name: string, task: string, family: string) => `
apiVersion: sluice.dev/v1alpha1
kind: InferenceModel
metadata: { name: ${name} }
spec: { uri: "file:m.onnx", sha256: "${"0".repeat(64)}", task: ${task}, family: ${family}, input: { width: 64, height: 64 }, classes: [cat] }
---`;
    const backend =
      "apiVersion: sluice.dev/v1alpha1\nkind: InferenceBackend\nmetadata: { name: cloud }\nspec: { modelRef: { name: large } }\n";
    const edge = "edgeModelRef: { name: small }";
    const beside = (family: string) =>
      `${model("small", "classification", "classification")}${model("large", family === "yolox" ? "detection" : family, family)}\n${backend}---`;
    expect(await findings(edge, beside("yolox"))).toContain(
      "error edgeModelRef: small does classification, the backend's detection: none corrects the other",
    );
    expect(await findings(edge, beside("classification"))).toEqual([]);
  });

  it("finds nothing in the samples, strictly looked at", async () => {
    const folder = join(repoRoot, "deploy/samples/fleet");
    const files = readdirSync(folder).map((name) => join(folder, name));
    const { code, out } = await run("policy", "lint", "--strict", ...files);
    expect(out).not.toMatch(/error|warning/);
    expect({ code, policies: out.match(/OffloadPolicy .*: good/g)?.length }).toEqual({ code: 0, policies: 2 });
  });

  it("fails on errors, on warnings only if asked to, and on files that hold nothing", async () => {
    const path = join(dir.path, "warned.yaml");
    const text = "apiVersion: sluice.dev/v1alpha1\nkind: OffloadPolicy\nmetadata: { name: p }\n";
    writeFileSync(path, `${text}spec: { backendRef: { name: b }, decision: { policy: never } }\n`);
    expect((await run("policy", "lint", path)).code).toBe(0);
    expect((await run("policy", "lint", path, "--strict")).code).toBe(1);
    writeFileSync(path, `${text}spec: {}\n`);
    expect(await run("policy", "lint", path)).toMatchObject({
      code: 1,
      out: expect.stringContaining("backendRef: is missing"),
    });
    writeFileSync(path, "kind: ConfigMap\n");
    expect(await run("policy", "lint", path)).toMatchObject({
      code: 2,
      problems: expect.stringContaining("no object of Sluice's kinds"),
    });
    writeFileSync(path, "kind: [\n");
    expect(await run("policy", "lint", path)).toMatchObject({
      code: 1,
      problems: expect.stringContaining("not valid YAML"),
    });
  });
});
