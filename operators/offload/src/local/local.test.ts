import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Condition, operatorConfigSchema, subjects, versionOfWire } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { connectLink } from "@sluice/messaging";
import { type NatsServer, startNats, type TempDir, tempDir, until } from "@sluice/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Device, startDevice } from "../device.builder.ts";
import type { Operator } from "../operator.ts";
import { startLocalOperator } from "./operator.ts";

let nats: NatsServer;
let dir: TempDir;
let devices: Device[];
let operator: Operator;

const fleet = `
apiVersion: sluice.dev/v1alpha1
kind: InferenceModel
metadata: { name: large }
spec: { uri: file:large.onnx, sha256: ${"d".repeat(64)}, task: detection, family: peaks, input: { width: 64, height: 64 }, classes: [car] }
---
apiVersion: sluice.dev/v1alpha1
kind: InferenceBackend
metadata: { name: cloud }
spec: { modelRef: { name: large } }
---
apiVersion: sluice.dev/v1alpha1
kind: EdgeDevice
metadata: { name: cam-a }
spec: {}
---
apiVersion: sluice.dev/v1alpha1
kind: EdgeDevice
metadata: { name: cam-b }
spec: {}
`;
const policy = (share: string) => `
apiVersion: sluice.dev/v1alpha1
kind: OffloadPolicy
metadata: { name: gate }
spec: { backendRef: { name: cloud }, audit: { share: "${share}" }, rollout: { waves: [{ name: one, count: 1, approval: true }] } }
`;

const theirs = `
apiVersion: sluice.dev/v1alpha1
kind: InferenceBackend
metadata: { name: theirs }
spec: { modelRef: { name: large }, external: { url: "http://127.0.0.1:9" } }
`;

const write = (name: string, text: string) => writeFileSync(join(dir.path, name), text);
const having = (share: number) => devices.filter(({ document }) => document?.audit.share === share).length;
const start = (onStatus?: Parameters<typeof startLocalOperator>[3]) => {
  const files = { paths: [dir.path], state: join(dir.path, "state.json") };
  const config = operatorConfigSchema.parse({ files, http: { port: 0 }, nats: { servers: [nats.url] } });
  return startLocalOperator({ ...config, files }, { SLUICE_LOG_LEVEL: "silent" }, undefined, onStatus);
};
/** The same policy, with the word of a person that the revision which some device has is good. */
const promoted = (text: string) => {
  const { revision } = devices.find(({ document }) => document !== null)!.document!;
  return text.replace("{ name: gate }", `{ name: gate, annotations: { sluice.dev/promote: ${revision} } }`);
};

beforeEach(async () => {
  dir = tempDir();
  nats = await startNats({ jetStream: true });
  write("fleet.yaml", fleet);
  write("policy.yaml", policy("0.1"));
  operator = await start();
  devices = await Promise.all(
    ["cam-a", "cam-b"].map((name) => startDevice(name, nats.url, () => ({ agreement: 0.9 }))),
  );
}, 60_000);
afterEach(async () => {
  for (const device of devices) await device[Symbol.asyncDispose]();
  await operator.close();
  await nats.stop();
  await dir.remove();
});

test("policies from files roll out in waves, follow edits, and go on after a restart", async () => {
  await until(() => having(0.1) === 1, { timeoutMs: 20_000, what: "the first wave" });
  write("policy.yaml", promoted(policy("0.1")));
  await until(() => having(0.1) === 2, { timeoutMs: 20_000, what: "everybody" });
  write("policy.yaml", policy("0.2"));
  await until(() => having(0.2) === 1, { timeoutMs: 20_000, what: "the edit in its first wave" });
  await operator.close();
  operator = await start();
  write("policy.yaml", policy("0.3"));
  await until(() => having(0.3) === 1, { timeoutMs: 30_000, what: "the next edit in its first wave" });
  await until(() => having(0.1) === 1, { timeoutMs: 20_000, what: "the others on the last good one" });
  expect(having(0.2)).toBe(0);
}, 120_000);

test("a promotion that stays in its file promotes once", async () => {
  await until(() => having(0.1) === 1, { timeoutMs: 20_000, what: "the first wave" });
  const first = promoted(policy("0.1"));
  write("policy.yaml", first);
  await until(() => having(0.1) === 2, { timeoutMs: 20_000, what: "everybody" });
  const second = first.replace('"0.1"', '"0.2"');
  write("policy.yaml", second);
  await until(() => having(0.2) === 1, { timeoutMs: 20_000, what: "the edit in its first wave" });
  await operator.close();
  operator = await start();
  write("policy.yaml", second.replace("approval: true", "approval: false"));
  await until(() => having(0.2) === 2, { timeoutMs: 30_000, what: "the edit everywhere" });
  write("policy.yaml", first);
  await until(() => having(0.1) === 1, { timeoutMs: 20_000, what: "the old one in its first wave" });
  const waits = (text: string) => JSON.parse(text).gate.status.rollout.phase === "AwaitingApproval";
  await until(() => waits(readFileSync(join(dir.path, "state.json"), "utf8")), { what: "approval is awaited" });
  expect([having(0.1), having(0.2)]).toEqual([1, 1]);
}, 120_000);

test("an edit of a device's zones renews the documents of the policies that focus on them", async () => {
  const zoned = (polygon: string) => `${fleet}---
apiVersion: sluice.dev/v1alpha1
kind: EdgeDevice
metadata: { name: cam-c }
spec: { streams: [{ name: main, zones: [{ name: lane, polygon: "${polygon}" }, { name: sky, polygon: "0,0 1,0 1,1" }] }] }
`;
  const focused = "spec: { backendRef: { name: cloud }, focus: { zones: [lane] } }";
  write("fleet.yaml", zoned("0,0 0.5,0 0.5,1"));
  write("policy.yaml", policy("0.1").replace(/^spec: .*$/m, focused));
  const cam = await startDevice("cam-c", nats.url, () => ({ agreement: 0.9 }));
  devices.push(cam);
  const corner = () => cam.document?.zones["main"]?.map(([first]) => first).join(";");
  await until(() => corner() === "0,0", { timeoutMs: 20_000, what: "the lane" });
  const { revision } = cam.document!;
  write("fleet.yaml", zoned("0.25,0 0.5,0 0.5,1"));
  await until(() => corner() === "0.25,0", { timeoutMs: 20_000, what: "the lane where it is now" });
  expect(cam.document).toMatchObject({ revision, focus: { zones: ["lane"] } });
  expect(devices[0]!.document?.zones ?? {}).toEqual({});
}, 60_000);

test("a file that is broken for a while changes nothing", async () => {
  await until(() => having(0.1) === 1, { timeoutMs: 20_000, what: "the first wave" });
  write("policy.yaml", "kind: [OffloadPolicy");
  write("fleet.yaml", `${fleet}---\nkind: Nonsense\n`);
  write("other.yaml", "{}");
  write("policy.yaml", promoted(policy("0.1")));
  await until(() => having(0.1) === 2, { timeoutMs: 20_000, what: "everybody" });
  expect(devices.map(({ document }) => document?.policy)).toEqual(["gate", "gate"]);
}, 60_000);

test("models, backends and devices are looked at as in a cluster, and a policy says whether its backend answers", async () => {
  const statuses = new Map<string, string>();
  await operator.close();
  operator = await start((kind, name, status) => {
    const { conditions } = status as { conditions: readonly Condition[] };
    for (const { type, status: holds, reason } of conditions)
      statuses.set(`${kind}/${name} ${type}`, `${holds} ${reason}`);
  });
  const untilSaid = (what: string, said: string) =>
    until(() => statuses.get(what) === said, { timeoutMs: 30_000, what: `${what} = ${said}` }).catch((error: Error) => {
      throw new Error(`${error.message}; it was ${statuses.get(what)}`, { cause: error });
    });
  await untilSaid("InferenceBackend/cloud Ready", "Unknown NeverSeen");
  await untilSaid("OffloadPolicy/gate BackendReady", "Unknown BackendNotReady");
  await untilSaid("InferenceModel/large Ready", "True Succeeded");
  await untilSaid("EdgeDevice/cam-a Reporting", "True Succeeded");
  const link = await connectLink({ servers: [nats.url], name: "replica", clock: systemClock });
  const advert = { version: versionOfWire, replica: "one", atMs: Date.now(), model: "large", queued: 0, queueMs: 0 };
  const tell = (digest: string) =>
    link.publish(subjects.backend("large", "one"), JSON.stringify({ ...advert, digest, draining: false }));
  await until(() => tell("d".repeat(64)), { what: "the advert is on its way" });
  await untilSaid("OffloadPolicy/gate BackendReady", "True Succeeded");
  tell("e".repeat(64));
  await untilSaid("InferenceModel/large Ready", "False DigestMismatch");
  write("theirs.yaml", theirs);
  await untilSaid("InferenceBackend/theirs Ready", "False Unreachable");
  await link.close();
  expect(statuses.get("OffloadPolicy/gate BackendReady")).toBe("True Succeeded");
}, 120_000);
