import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { repoRoot, until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operator } from "./operator.ts";
import { Site } from "./site.builder.ts";

let site: Site;
let operator: Operator;

const get = async (path: string) => (await site.kube.request("GET", path)).body;
const inference = "cloud-inference";
const children = [
  `/apis/apps/v1/namespaces/default/deployments/${inference}`,
  `/api/v1/namespaces/default/services/${inference}`,
  `/api/v1/namespaces/default/configmaps/${inference}`,
  `/apis/policy/v1/namespaces/default/poddisruptionbudgets/${inference}`,
];

beforeAll(async () => {
  site = await Site.start();
  const { kubeconfig } = await site.kube.account({ name: "sluice-operator" });
  const role = readFileSync(join(repoRoot, "deploy/operator/role.yaml"), "utf8");
  const documents = role.split("\n---\n").filter((text) => !text.includes("kind: ServiceAccount\nmetadata"));
  const input = documents
    .join("\n---\n")
    .replace("  - kind: ServiceAccount", "  - namespace: default\n    kind: ServiceAccount");
  const { code, stderr } = await site.kube.kubectl(["apply", "-f", "-"], { input });
  if (code !== 0) throw new Error(stderr);
  await site.device("cam-1");
  operator = await site.operator("least", { kubeconfig });
}, 120_000);
afterAll(() => site[Symbol.asyncDispose]());

test("with the role that is shipped, a policy rolls out, is edited and goes", async () => {
  await site.create("OffloadPolicy", "gate", { backendRef: { name: "cloud" } });
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
  await site.untilCondition("EdgeDevice", "cam-1", "True Succeeded");
  await site.patch("OffloadPolicy", "gate", { spec: { audit: { share: "0.2" } } });
  await until(async () => (await site.status("OffloadPolicy", "gate")).rollout?.phase === "Done", { what: "done" });
  await site.remove("OffloadPolicy", "gate");
  const left = async () => (await site.kube.kubectl(["get", "olp", "-o", "name"])).stdout;
  await until(async () => (await left()) === "", { timeoutMs: 30_000, what: "the policy is gone" });
  expect(await refusals()).toEqual([]);
});

test("a backend's replicas are made as it says, and what others change is put right", async () => {
  await until(async () => (await get(children[0]!)).kind === "Deployment", { timeoutMs: 30_000, what: "a deployment" });
  const owners = await Promise.all(children.map(async (path) => (await get(path)).metadata?.ownerReferences[0].name));
  expect(owners).toEqual(["cloud", "cloud", "cloud", "cloud"]);
  const { spec } = await get(children[0]!);
  expect(spec).toMatchObject({ replicas: 1, template: { spec: { automountServiceAccountToken: false } } });
  const env = { spec: { template: { spec: { containers: [{ name: "inference", image: "other:1" }] } } } };
  await site.kube.kubectl(["patch", "deployment", inference, "-p", JSON.stringify(env)]);
  await site.patch("InferenceBackend", "cloud", { spec: { replicas: 3 } });
  const image = async () => (await get(children[0]!)).spec.template.spec.containers[0].image;
  await until(async () => (await image()) !== "other:1", { timeoutMs: 30_000, what: "the image is back" });
  await until(async () => (await get(children[0]!)).spec.replicas === 3, { timeoutMs: 30_000, what: "three replicas" });
  expect(await refusals()).toEqual([]);
});

/** Long before anybody would look again by himself. */
const atOnce = { timeoutMs: 6_000, what: "it is put right" };

test.each(children)("%s is made again when somebody deletes it", async (path) => {
  const before = (await get(path)).metadata.uid;
  await site.kube.request("DELETE", path);
  await until(async () => ((await get(path)).metadata.uid ?? before) !== before, atOnce);
  expect(await refusals()).toEqual([]);
});

test.each([
  ["its selector", children[1]!, { spec: { selector: { "app.kubernetes.io/instance": "elsewhere" } } }],
  ["what it holds", children[2]!, { data: { "config.yaml": "{}" } }],
  ["how many may go", children[3]!, { spec: { maxUnavailable: 5 } }],
  ["its label", children[3]!, { metadata: { labels: { "app.kubernetes.io/managed-by": "me" } } }],
  ["its owner", children[0]!, { metadata: { ownerReferences: null } }],
] as const)("%s is put back when somebody edits it: %s", async (_, path, patch) => {
  const wanted = part(await get(path), patch);
  const { status, body } = await site.kube.request("PATCH", path, patch);
  expect([status, part(body, patch)]).not.toEqual([200, wanted]);
  await until(async () => isDeepStrictEqual(part(await get(path), patch), wanted), atOnce);
});

/** Of the object what the patch touches. */
function part(object: Fields, patch: Fields): Fields {
  const of = ([key, value]: [string, unknown]) => {
    const inner =
      value !== null && typeof value === "object" ? part(object[key] as Fields, value as Fields) : object[key];
    return [key, inner];
  };
  return Object.fromEntries(Object.entries(patch).map(of));
}
type Fields = Readonly<Record<string, unknown>>;

test("a backend is scaled through its scale subresource", async () => {
  const { code, stderr } = await site.kube.kubectl(["scale", "ib/cloud", "--replicas=2"]);
  expect(stderr + code).toBe("0");
  await until(async () => (await get(children[0]!)).spec.replicas === 2, { timeoutMs: 30_000, what: "two replicas" });
  expect(await refusals()).toEqual([]);
});

test("an external service that does not answer is Unreachable, and stops no policy", async () => {
  await site.create("InferenceBackend", "theirs", {
    modelRef: { name: "large" },
    external: { url: "http://127.0.0.1:9" },
  });
  await site.untilCondition("InferenceBackend", "theirs", "False Unreachable");
  await site.create("OffloadPolicy", "near", { backendRef: { name: "theirs" } });
  await site.untilCondition("OffloadPolicy", "near", "True Succeeded");
  expect(await refusals()).toEqual([]);
});

/** What the API server did not allow, by the operator's own count. */
async function refusals(): Promise<string[]> {
  const text = await (await fetch(new URL("/metrics", operator.url))).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith("sluice_operator_api_requests_total") && line.includes('"403"'));
}
