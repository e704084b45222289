import { until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "./device.builder.ts";
import { type OperatorProcess, Site } from "./site.builder.ts";

const spec = { backendRef: { name: "cloud" }, rollout: { waves: [{ name: "first", count: 1, approval: true }] } };

let site: Site;
let devices: Device[];
let operator: OperatorProcess;

const having = (share: number) => devices.filter(({ document }) => document?.audit.share === share).length;
const edit = (share: string) => site.patch("OffloadPolicy", "gate", { spec: { audit: { share } } });
const status = () => site.status("OffloadPolicy", "gate");
const revision = async () => (await status()).updateRevision!;
const annotate = (key: string, value: string) =>
  site.patch("OffloadPolicy", "gate", { metadata: { annotations: { [`sluice.dev/${key}`]: value } } });

const requests = async (): Promise<string[]> => {
  const { stdout } = await site.kube.kubectl(["get", "olp", "gate", "-o", "jsonpath={.metadata.annotations}"]);
  return Object.keys(JSON.parse(stdout || "{}")).filter((key) => key.startsWith("sluice.dev/"));
};
const untilTakenOff = () =>
  until(async () => (await requests()).length === 0, { timeoutMs: 30_000, what: "no request" });
const untilWaiting = (share: number) =>
  until(async () => having(share) === 1 && (await status()).rollout?.phase === "AwaitingApproval", {
    timeoutMs: 30_000,
    what: `one device with ${share}, and approval awaited`,
  });

beforeAll(async () => {
  site = await Site.start();
  devices = await Promise.all(["a", "b"].map((name) => site.device(`cam-${name}`)));
  operator = await site.process();
  await site.create("OffloadPolicy", "gate", { ...spec, audit: { share: "0.1" } });
  await untilWaiting(0.1);
}, 120_000);
afterAll(() => site[Symbol.asyncDispose]());

test("a promotion is taken off when it was followed, and says nothing about the next rollout of the same revision", async () => {
  const first = await revision();
  await annotate("promote", first);
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
  await untilTakenOff();
  await edit("0.2");
  await untilWaiting(0.2);
  await annotate("promote", await revision());
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
  await edit("0.1");
  await untilWaiting(0.1);
  expect([await revision(), having(0.2)]).toEqual([first, 1]);
  const reasons = async () => (await site.kube.kubectl(["get", "events", "-o", "jsonpath={..reason}"])).stdout;
  await until(async () => (await reasons()).includes("RequestAnswered"), { what: "the event" });
}, 120_000);

test("an abort is followed once: a restart of the same revision is no business of it", async () => {
  const given = await revision();
  await annotate("abort", given);
  await site.untilCondition("OffloadPolicy", "gate", "False Aborted");
  await untilTakenOff();
  await annotate("restart", "once more");
  await untilWaiting(0.1);
  await untilTakenOff();
  expect([await revision(), (await status()).rollout?.phase]).toEqual([given, "AwaitingApproval"]);
}, 120_000);

test("what an operator followed but had no time to take off is taken off by the next one, before anything is decided", async () => {
  await annotate("abort", await revision());
  await site.untilCondition("OffloadPolicy", "gate", "False Aborted");
  await untilTakenOff();
  await operator.kill();
  // As the one that died left it; and somebody wants the revision again meanwhile.
  await annotate("abort", await revision());
  await annotate("restart", "and again");
  operator = await site.process();
  await untilTakenOff();
  await untilWaiting(0.1);
  expect((await status()).rollout).toMatchObject({ phase: "AwaitingApproval", step: "1/2" });
}, 120_000);

test("a request that cannot be read, or comes too late, is taken off and told of", async () => {
  await annotate("promote", `${await revision()}/first`);
  await untilTakenOff();
  const messages = async () => (await site.kube.kubectl(["get", "events", "-o", "jsonpath={..message}"])).stdout;
  await until(async () => (await messages()).includes("write REVISION"), { what: "the event" });
  await annotate("promote", "gate-of-yesterday");
  await untilTakenOff();
  expect((await status()).rollout?.phase).toBe("AwaitingApproval");
});
