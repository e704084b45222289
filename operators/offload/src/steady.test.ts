import { until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operator } from "./operator.ts";
import { Site } from "./site.builder.ts";

const names = ["cam-a", "cam-b", "cam-c"];
/** Three devices give five signs of life a second each: this is a minute of them, and two looks at the figures. */
const heartbeats = 900;

let site: Site;
let operator: Operator;

beforeAll(async () => {
  site = await Site.start();
  await Promise.all(names.map((name) => site.device(name)));
  operator = await site.operator("op-1");
  await site.create("OffloadPolicy", "gate", {
    backendRef: { name: "cloud" },
    budget: { quota: { size: "1GB", per: "month" } },
  });
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
  for (const name of names) await site.untilCondition("EdgeDevice", name, "True Succeeded");
}, 120_000);
afterAll(() => site[Symbol.asyncDispose]());

/** Sum of the counters whose line the pattern finds in a page of metrics. */
function sum(page: string, pattern: RegExp): number {
  return [...page.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
}

async function heard(): Promise<number> {
  const page = await (await fetch(`${operator.url}/metrics`)).text();
  return sum(page, /^sluice_operator_messages_total\{kind="heartbeat",fate="(?:same|news)"\} (\d+)$/gm);
}

/** Writes that the API server has served for a kind of object, its status included. */
async function writes(plural: string): Promise<number> {
  const { body } = await site.kube.request("GET", "/metrics");
  const verbs = "POST|PUT|PATCH|APPLY|DELETE";
  const pattern = `^apiserver_request_total\\{.*resource="${plural}".*verb="(?:${verbs})".*\\} (\\d+)$`;
  return sum(body as string, new RegExp(pattern, "gm"));
}

const versions = async (plural: string): Promise<string[]> => {
  const { body } = await site.kube.request("GET", `/apis/sluice.dev/v1alpha1/${plural}`);
  return (body.items as { metadata: { name: string; resourceVersion: string } }[]).map(
    ({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`,
  );
};

const silent = ["edgedevices", "inferencemodels", "inferencebackends"] as const;

/** An event that happens again is counted, a minute later; that one is none that is new. */
const events = async (): Promise<string[]> => {
  const { body } = await site.kube.request("GET", "/api/v1/namespaces/default/events");
  return (body.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
};

async function countsNow() {
  const count = async (plural: string) => [plural, await writes(plural), await versions(plural)] as const;
  return Promise.all(silent.map(count));
}

test("a minute of heartbeats writes nothing about devices, models and backends, and a policy's figures twice at most", async () => {
  // What was found last may still be on its way.
  let last = "";
  const rests = async () => last === (last = JSON.stringify([await countsNow(), await events()]));
  await until(rests, { timeoutMs: 60_000, what: "nothing is written any more" });
  const [before, told] = [await countsNow(), await events()];
  const [policies, beganAt] = [await writes("offloadpolicies"), await heard()];
  await until(async () => (await heard()) - beganAt >= heartbeats, { timeoutMs: 180_000, what: "heartbeats" });
  expect(await countsNow()).toEqual(before);
  expect(await events()).toEqual(told);
  const figures = (await writes("offloadpolicies")) - policies;
  expect(figures).toBeGreaterThan(0);
  expect(figures).toBeLessThanOrEqual(3);
}, 240_000);

test("a status that somebody edits is put right with one write", async () => {
  const before = await writes("edgedevices");
  const edit = '{"status":{"model":{"name":"mine","sha256":"0"}}}';
  await site.kube.kubectl(["patch", "ed", "cam-a", "--subresource=status", "--type=merge", "-p", edit]);
  const model = async () => ((await site.status("EdgeDevice", "cam-a")) as { model?: { name: string } }).model?.name;
  await until(async () => (await model()) === "small", { what: "the device's own model" });
  expect((await writes("edgedevices")) - before).toBe(2);
});
