import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Heartbeat, heartbeatSchema } from "@sluice/contracts";
import { repoRoot, runInNode, runKubectl, until } from "@sluice/testkit";
import { expect, inject } from "vitest";

/** What a user of the cluster does, in the namespace of hub and site. */
const namespace = "sluice";
const kubeconfig = join(inject("folder"), "admin.kubeconfig");
export const devices = ["gate", "crossroads"] as const;
type Device = (typeof devices)[number];
/** Long for what takes a pod's start; what holds ends its wait at once. */
export const patience = { timeoutMs: 180_000 };

/** Whether there is no cluster, so that suites skip, and why, for their names. */
export const isLacking = inject("lack") !== "";
export const why = isLacking ? ` (${inject("lack")})` : "";

export const kubectl = (...args: string[]): Promise<string> => run(args);
/** The same, with a text on its standard input. */
export const kubectlWith = (input: string, ...args: string[]): Promise<string> => run(args, input);
export const apply = (object: object): Promise<string> => kubectlWith(JSON.stringify(object), "apply", "-f", "-");

async function run(args: readonly string[], input?: string): Promise<string> {
  const home = join(inject("folder"), "home");
  const { code, stdout, stderr } = await runKubectl(["-n", namespace, ...args], kubeconfig, home, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

export function helm(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(join(repoRoot, ".sluice/bin/helm"), ["-n", namespace, ...args], {
    cwd: repoRoot,
    env: { ...process.env, KUBECONFIG: kubeconfig },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`helm ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

export const inNode = (program: string, ...args: string[]): string => runInNode(inject("folder"), program, args);

/** What a device says of itself, asked through the API server. */
export async function report(device: Device): Promise<Heartbeat> {
  const path = `/api/v1/namespaces/${namespace}/services/site-${device}:80/proxy/api/streams`;
  return heartbeatSchema.parse(JSON.parse(await kubectl("get", "--raw", path)));
}
export const reports = () => Promise.all(devices.map(report));

export const stream = async (device: Device) => (await report(device)).streams[0]!;
export const answeredOffloads = async (device: Device) => (await stream(device)).offloads.answered ?? 0;

export const policy = (path: string) => kubectl("get", "olp", "trial", "-o", `jsonpath={${path}}`);
export const patchPolicy = (spec: object) =>
  kubectl("patch", "olp", "trial", "--type=merge", "-p", JSON.stringify({ spec }));

/** One field of the first pod of a part, such as `sluice-nats`. */
export const podField = (part: string, path: string) =>
  kubectl("get", "pods", "-l", `app.kubernetes.io/name=${part}`, "-o", `jsonpath={.items[0]${path}}`);

/** SIGKILL for all pods of a part. */
export const killPods = (part: string) =>
  kubectl("delete", "pods", "-l", `app.kubernetes.io/name=${part}`, "--grace-period=0", "--force", "--wait=true");

/** Waits until the whole fleet works: policy rolled out, replicas answering, devices with leases. */
export async function settled(): Promise<void> {
  const kinds = ["olp/trial", "ib/street", ...devices.map((device) => `ed/${device}`)];
  const ready = async () => kubectl("wait", ...kinds, "--for=condition=Ready", "--timeout=10s");
  await until(ready, { ...patience, what: "a fleet that is ready" });
  const working = async () =>
    (await reports()).every((one) => one.uplink.backend === "available" && (one.lease?.bytesPerSecond ?? 0) > 0);
  await until(working, { ...patience, what: "devices that hear of the cloud" });
}

/** Waits for another correction on each device. */
export async function corrected(): Promise<void> {
  for (const device of devices) {
    const before = await answeredOffloads(device);
    await until(async () => (await answeredOffloads(device)) > before, {
      ...patience,
      what: `a correction for ${device}`,
    });
  }
}

/** The books of a device: every frame was answered or dropped for a reason, but for the few under way. */
export async function expectBooksToBalance(device: Device): Promise<void> {
  const { frames, answered, dropped } = await stream(device);
  const lost = frames - answered - Object.values(dropped).reduce((sum, count) => sum + count, 0);
  expect(lost).toBeGreaterThanOrEqual(0);
  expect(lost).toBeLessThanOrEqual(2);
}

/** Waits until a device has captured so many more frames, and answered them, by the same process. */
export async function expectCameraToGoOn(device: Device, since: Heartbeat, frames: number): Promise<void> {
  const before = since.streams[0]!.answered;
  await until(async () => (await stream(device)).answered >= before + frames, {
    ...patience,
    what: `${frames} frames`,
  });
  expect((await report(device)).startedAtMs).toBe(since.startedAtMs);
  await expectBooksToBalance(device);
}
