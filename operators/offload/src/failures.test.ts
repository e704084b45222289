import { until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "./device.builder.ts";
import { type OperatorProcess, Site } from "./site.builder.ts";

const waves = [
  { name: "first", count: 1, approval: true },
  { name: "half", percent: 50, approval: true },
];
const spec = { backendRef: { name: "cloud" }, rollout: { waves }, audit: { share: "0.1" } };

let site: Site;
let devices: Device[];
let operator: OperatorProcess;

const shareOf = (device: Device) => device.document?.audit.share;
const having = (share: number) => devices.filter((device) => shareOf(device) === share).length;
const edit = (share: string) => site.patch("OffloadPolicy", "gate", { spec: { audit: { share } } });
const annotate = (key: string, value: string) =>
  site.patch("OffloadPolicy", "gate", { metadata: { annotations: { [`sluice.dev/${key}`]: value } } });
const revision = async () => (await site.status("OffloadPolicy", "gate")).updateRevision!;

async function promoted(end = "True Succeeded"): Promise<void> {
  await until(async () => (await site.status("OffloadPolicy", "gate")).rollout?.phase !== "Done", {
    what: "a rollout",
  });
  await annotate("promote", await revision());
  await site.untilCondition("OffloadPolicy", "gate", end);
}

beforeAll(async () => {
  site = await Site.start();
  devices = await Promise.all(["a", "b", "c", "d"].map((name) => site.device(`cam-${name}`)));
  operator = await site.process();
  await site.create("OffloadPolicy", "gate", spec);
  await site.untilCondition("OffloadPolicy", "gate", "Unknown AwaitingApproval");
  await annotate("promote", await revision());
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
}, 120_000);
afterAll(() => site[Symbol.asyncDispose]());

test("an operator that is killed in the middle of a wave is followed by one that goes on from there", async () => {
  await edit("0.2");
  await site.untilCondition("OffloadPolicy", "gate", "Unknown AwaitingApproval");
  expect(having(0.2)).toBe(1);
  await operator.kill();
  await annotate("promote", `${await revision()}/1`);
  operator = await site.process();
  const step = async () => (await site.status("OffloadPolicy", "gate")).rollout?.step;
  await until(async () => (await step()) === "2/3", { timeoutMs: 60_000, what: "the second wave" });
  await site.untilCondition("OffloadPolicy", "gate", "Unknown AwaitingApproval");
  await until(() => having(0.2) === 2, { what: "half of the devices" });
  expect([having(0.2), having(0.1)]).toEqual([2, 2]);
}, 120_000);

test("an edit in the middle of a rollout begins anew, and nobody keeps the revision in between", async () => {
  await edit("0.3");
  await until(() => having(0.3) === 1, { what: "the newest revision in its first wave" });
  await until(() => having(0.2) === 0, { what: "the one in between is gone" });
  expect(having(0.1)).toBe(3);
  await annotate("abort", await revision());
  await site.untilCondition("OffloadPolicy", "gate", "False Aborted");
  await until(() => having(0.1) === 4, { what: "everybody back" });
});

test("without the API server devices keep what they have, and edits are followed when it is back", async () => {
  await site.kube.killServer();
  expect(having(0.1)).toBe(4);
  await site.kube.startServer();
  await edit("0.4");
  await until(() => having(0.4) === 1, { timeoutMs: 60_000, what: "the edit in its first wave" });
  await promoted();
  await until(() => having(0.4) === 4, { what: "everybody" });
  expect(having(0.1)).toBe(0);
}, 120_000);

test("a replica that is stopped in order hands over at once", async () => {
  const second = await site.process();
  await operator.stop();
  const startMs = performance.now();
  await edit("0.5");
  await until(() => having(0.5) === 1, { timeoutMs: 60_000, what: "the second replica leads" });
  expect(performance.now() - startMs).toBeLessThan(12_000);
  operator = second;
}, 120_000);

test("a wiped status is found again from what devices have, and a deleted document is written again", async () => {
  await promoted();
  await site.kube.kubectl(["patch", "olp", "gate", "--subresource=status", "--type=merge", "-p", '{"status":null}']);
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
  expect(having(0.5)).toBe(4);
  const before = devices[1]!.history.length;
  await devices[1]!.loseDocument();
  await until(() => devices[1]!.history.length > before, { what: "the document is back" });
  expect(having(0.5)).toBe(4);
});

test("a device that is offline is left out of a rollout and converges when it returns", async () => {
  devices[0]!.silent = true;
  await until(async () => (await site.status("OffloadPolicy", "gate")).devices?.online === 3, {
    timeoutMs: 30_000,
    what: "3 online",
  });
  await site.untilCondition("EdgeDevice", "cam-a", "Unknown Silent");
  await edit("0.6");
  await promoted("True DevicesOffline");
  devices[0]!.silent = false;
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
  expect(having(0.6)).toBe(4);
}, 120_000);

test("a policy that is deleted in the middle of a wave, while nobody leads, takes its documents with it", async () => {
  await edit("0.7");
  await until(() => having(0.7) === 1, { timeoutMs: 30_000, what: "the first wave" });
  await operator.kill();
  await site.remove("OffloadPolicy", "gate");
  // Its finalizer holds it: an operator has to take back what devices have.
  expect((await site.kube.kubectl(["get", "olp", "gate"])).code).toBe(0);
  expect(having(0.7) + having(0.6)).toBe(4);
  operator = await site.process();
  await until(() => devices.every(({ document }) => document === null), { timeoutMs: 60_000, what: "no documents" });
  const left = async () => (await site.kube.kubectl(["get", "olp", "-o", "name"])).stdout;
  await until(async () => (await left()) === "", { timeoutMs: 30_000, what: "the policy is gone" });
  const { stdout } = await site.kube.kubectl(["get", "edgedevices", "-o", "name"]);
  expect(stdout.trim().split("\n")).toHaveLength(4);
}, 180_000);
