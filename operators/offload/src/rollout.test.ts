import { until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "./device.builder.ts";
import { Site } from "./site.builder.ts";

const waves = [
  { name: "first", count: 1 },
  { name: "half", percent: 50 },
];
const gate = {
  interval: "300ms",
  minSamples: 20,
  failureLimit: 1,
  metrics: [{ name: "quality", measure: "agreement", min: "0.7" }],
};
const spec = { backendRef: { name: "cloud" }, rollout: { waves }, gate, decision: { policy: "learned" } };

let site: Site;
let devices: Device[];

/** The policy `threshold` is a bad idea on these devices, and `random` one that they do not know. */
const response = ({ decision }: { decision: { policy: string } }) => {
  if (decision.policy === "random") return { refuses: "no such policy here" };
  return { agreement: decision.policy === "threshold" ? 0.2 : 0.9 };
};

beforeAll(async () => {
  site = await Site.start();
  devices = await Promise.all(["a", "b", "c", "d"].map((name) => site.device(`cam-${name}`, response)));
  await site.operator("one");
  await site.create("OffloadPolicy", "gate", spec);
}, 120_000);
afterAll(() => site[Symbol.asyncDispose]());

const policyOf = (device: Device) => device.document?.decision.policy;
const rollout = async () => (await site.status("OffloadPolicy", "gate")).rollout;

test("a policy reaches its devices in waves, and is Ready when it is everywhere", async () => {
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
  expect(devices.map(policyOf)).toEqual(["learned", "learned", "learned", "learned"]);
  expect(devices[0]!.document).toMatchObject({ policy: "gate", model: "large", device: "cam-a" });
  const { devices: counts, currentRevision, updateRevision } = await site.status("OffloadPolicy", "gate");
  expect(counts).toMatchObject({ selected: 4, online: 4, updated: 4 });
  expect(currentRevision).toBe(updateRevision);
  const { code } = await site.kube.kubectl(["wait", "olp/gate", "--for=condition=Ready", "--timeout=5s"]);
  expect(code).toBe(0);
});

test("a revision that makes answers worse is taken back after its first wave, and says why", async () => {
  await site.patch("OffloadPolicy", "gate", { spec: { decision: { policy: "threshold" } } });
  await site.untilCondition("OffloadPolicy", "gate", "False RolledBack");
  await until(() => devices.every((device) => policyOf(device) === "learned"), { what: "all back" });
  const tried = devices.filter(({ history }) => new Set(history).size > 1);
  expect(tried).toHaveLength(1);
  const { message } = (await rollout())!;
  for (const part of ["quality 0.2", "at least 0.7", tried[0]!.name]) expect(message).toContain(part);
  const events = await site.kube.kubectl(["get", "events", "-o", "jsonpath={.items[*].reason}"]);
  await until(() => events.stdout.includes("MeasurementFailed"), { what: "the event" });
});

test("a revision that devices refuse is taken back, with their reason", async () => {
  await site.patch("OffloadPolicy", "gate", { spec: { decision: { policy: "random" } } });
  await until(async () => (await rollout())?.message.includes("no such policy here"), { what: "the reason" });
  await site.untilCondition("OffloadPolicy", "gate", "False RolledBack");
  expect(devices.map(policyOf)).not.toContain("random");
});

test("going back to the old specification makes the policy Ready again", async () => {
  await site.patch("OffloadPolicy", "gate", { spec: { decision: { policy: "learned" } } });
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
  expect((await rollout())?.phase).toBe("Done");
});

test("a reference to nothing stalls, and devices keep what they have", async () => {
  await site.patch("OffloadPolicy", "gate", { spec: { backendRef: { name: "nowhere" } } });
  await site.untilCondition("OffloadPolicy", "gate", "False BackendNotFound");
  expect(devices.map(policyOf)).toEqual(["learned", "learned", "learned", "learned"]);
  await site.patch("OffloadPolicy", "gate", { spec: { backendRef: { name: "cloud" } } });
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
});

test("floors that exceed the budget are said to, and stop nothing", async () => {
  await site.patch("OffloadPolicy", "gate", { spec: { budget: { rate: "8kbit/s", floor: "8kbit/s" } } });
  await site.untilCondition("OffloadPolicy", "gate", "False FloorExceedsBudget", "BudgetHeld");
  expect(await site.condition("OffloadPolicy", "gate")).toBe("True Succeeded");
  await site.patch("OffloadPolicy", "gate", { spec: { budget: { rate: "800kbit/s", floor: "8kbit/s" } } });
  await site.untilCondition("OffloadPolicy", "gate", "True Succeeded", "BudgetHeld");
});

test("an older policy wins over a younger one that selects the same devices, which says so", async () => {
  await site.create("OffloadPolicy", "rival", spec);
  await site.untilCondition("OffloadPolicy", "rival", "False Overridden", "Selected");
  await site.untilCondition("OffloadPolicy", "rival", "Unknown NoDevices");
  expect(devices.map((device) => device.document?.policy)).toEqual(["gate", "gate", "gate", "gate"]);
});

test("a deleted policy leaves its devices to the next one", async () => {
  await site.remove("OffloadPolicy", "gate");
  await until(() => devices.every((device) => device.document?.policy === "rival"), {
    timeoutMs: 30_000,
    what: "rival",
  });
  await site.remove("OffloadPolicy", "rival");
  await until(() => devices.every((device) => device.document === null), { timeoutMs: 30_000, what: "no policy" });
  const left = async () => (await site.kube.kubectl(["get", "olp", "-o", "name"])).stdout;
  await until(async () => (await left()) === "", { what: "the policies are gone" });
  expect(devices.map(policyOf)).toEqual([undefined, undefined, undefined, undefined]);
});
