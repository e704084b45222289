import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type KindName, kinds } from "@sluice/contracts";
import { type Kube, repoRoot, startKube } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The samples, and what a person sees of Sluice's kinds through kubectl. */
let kube: Kube;
beforeAll(async () => {
  kube = await startKube();
});
afterAll(() => kube?.stop());

const names = Object.keys(kinds) as KindName[];
/** Every file with objects of the cluster API that the repository has for people to apply. */
const samples = globSync(["models/*.yaml", "deploy/samples/**/*.yaml"], { cwd: repoRoot })
  .filter((file) => /^apiVersion: sluice.dev/m.test(readFileSync(join(repoRoot, file), "utf8")))
  .toSorted();
const fleet = "deploy/samples/fleet/";

async function kubectl(...args: string[]): Promise<string> {
  const ran = await kube.kubectl(args);
  expect(ran).toMatchObject({ code: 0 });
  return ran.stdout;
}

test.each(samples)("what is in %s can be applied, on the client's side and on the server's", async (file) => {
  // Several files name their models alike; those of the fleet belong together.
  const space = file.startsWith(fleet) ? "default" : `sample-${samples.indexOf(file)}`;
  if (space !== "default") await kubectl("create", "namespace", space);
  const apply = (...how: string[]) => kubectl("apply", "-n", space, ...how, "-f", join(repoRoot, file));
  const applied = await apply();
  const served = await apply("--server-side", "--force-conflicts");
  expect(served.trim().split("\n")).toHaveLength(applied.trim().split("\n").length);
});

test("a fleet can be listed by its category and its short names", async () => {
  expect(await kubectl("get", "sluice", "-o", "name")).toMatch(/edgedevice.*\/gate-1[^]*offloadpolicy.*\/north/);
  for (const kind of names) {
    const [head, first] = (await kubectl("get", kinds[kind].short)).split("\n");
    const columns = [
      "NAME",
      ...kinds[kind].columns.filter((c) => !("wide" in c)).map((c) => c.name.toUpperCase()),
      "READY",
      "AGE",
    ];
    expect(head?.trim().split(/\s+/)).toEqual(columns);
    expect(first).toBeTruthy();
  }
});

test("columns show what the status says", async () => {
  const conditions = [
    { type: "Ready", status: "True", reason: "Succeeded", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" },
  ];
  const status = {
    conditions,
    budget: { limit: "600kbit/s", used: "512kbit/s" },
    devices: { selected: 3, updated: 2 },
  };
  await kubectl("patch", "olp", "north", "--subresource=status", "--type=merge", "-p", JSON.stringify({ status }));
  const line = (await kubectl("get", "olp", "north", "--no-headers", "-o", "wide")).trim().split(/ {2,}/);
  expect(line.slice(0, 5)).toEqual(["north", "600kbit/s", "512kbit/s", "3", "2"]);
  expect(line).toContain("Succeeded");
  await kubectl("wait", "--for=condition=Ready", "olp/north", "--timeout=5s");
});

test.each(names)("kubectl explain knows every field of a %s", async (kind) => {
  const text = await kubectl("explain", kinds[kind].plural, "--recursive");
  expect(text).toContain(kinds[kind].about.slice(0, 40));
  expect(await kubectl("explain", `${kinds[kind].plural}.status.conditions.reason`)).toContain("Why, as one word");
});

test("kubectl explain says how a value looks, and what it is if it is not written", async () => {
  expect(await kubectl("explain", "olp.spec.budget.burst")).toMatch(/Default:\s+64KiB/);
  expect(await kubectl("explain", "olp.spec.budget.cap")).toMatch(/For\s+example\s+200kbit\/s/);
});

test("a backend is scaled as anything else", async () => {
  await kubectl("scale", "ib/street", "--replicas=3");
  expect(await kubectl("get", "ib", "street", "-o", "jsonpath={.spec.replicas}")).toBe("3");
  const selector = "app.kubernetes.io/instance=street";
  const status = { replicas: 2, selector };
  await kubectl("patch", "ib", "street", "--subresource=status", "--type=merge", "-p", JSON.stringify({ status }));
  const { body } = await kube.request(
    "GET",
    "/apis/sluice.dev/v1alpha1/namespaces/default/inferencebackends/street/scale",
  );
  expect(body).toMatchObject({ kind: "Scale", spec: { replicas: 3 }, status: { replicas: 2, selector } });
  const refused = await kube.kubectl(["scale", "ib/triton", "--replicas=3"]);
  expect(refused.stderr).toContain("an external service has neither replicas nor an image here");
});

test("a policy's list entries belong to whoever wrote them", async () => {
  const entry = { name: "night", selector: { matchLabels: { shift: "night" } }, weight: "3" };
  const mine = { apiVersion: "sluice.dev/v1alpha1", kind: "OffloadPolicy", metadata: { name: "north" } };
  const input = JSON.stringify({ ...mine, spec: { backendRef: { name: "street" }, budget: { weights: [entry] } } });
  const args = ["apply", "--server-side", "--field-manager=night-shift", "-f", "-"];
  expect(await kube.kubectl(args, { input })).toMatchObject({ code: 0 });
  const weights = await kubectl("get", "olp", "north", "-o", "jsonpath={.spec.budget.weights[*].name}");
  expect(weights.split(" ").toSorted()).toEqual(["crossroads", "night"]);
});
