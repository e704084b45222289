import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { subjects } from "@sluice/contracts";
import { decodeBackend } from "@sluice/messaging";
import { type NatsServer, startNats, until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { device, grey, isReady, type Setting, slowOnWhite, warm, writeService } from "./service.builder.ts";

let nats: NatsServer;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

interface Child {
  readonly process: ChildProcess;
  readonly url: string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

async function startChild(setting: Setting, replica: string): Promise<Child> {
  const { configFile } = await writeService(nats.url, "pod", setting);
  const child = fork(join(import.meta.dirname, "main.ts"), ["--config", configFile, "--replica", replica], {
    env: { ...process.env, SLUICE_LOG_LEVEL: "silent" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  const url = await new Promise<string>((resolve, reject) => {
    child.once("message", (message) => resolve((message as { url: string }).url));
    void ended.then(({ code }) => reject(new Error(`ended with ${code} before it was ready`)));
  });
  await isReady(url);
  return { process: child, url, ended };
}

test("SIGTERM under load: what was taken is answered, nothing twice, and the process ends with 0", async () => {
  const child = await startChild({ model: slowOnWhite, maxSize: 2 }, "leaving");
  const camera = await device(nats.url);
  await warm(camera);
  const [white, dark] = [await grey(255), await grey(50)];
  for (let i = 0; i < 12; i++) camera.send({ jpeg: i % 6 ? dark : white, deadlineMs: 15_000 });
  await until(() => camera.ends.length > 0);
  child.process.kill("SIGTERM");
  expect(await child.ended).toEqual({ code: 0, signal: null });
  const ends = await camera.ended(12);
  expect(ends.map((end) => end.outcome)).toEqual(ends.map(() => "answered"));
  expect(camera.client.stray).toBe(0);
});

test("when the grace period ends first, the rest is refused as draining", async () => {
  const child = await startChild({ model: slowOnWhite, maxSize: 1, grace: "1ms" }, "hurried");
  const camera = await device(nats.url);
  await warm(camera);
  const white = await grey(255);
  for (let i = 0; i < 6; i++) camera.send({ jpeg: white });
  await until(() => camera.ends.length > 0);
  child.process.kill("SIGTERM");
  expect((await child.ended).code).toBe(0);
  const ends = await camera.ended(6);
  const refused = ends.filter((end) => end.error?.code === "draining");
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length + ends.filter((end) => end.outcome === "answered").length).toBe(6);
  expect(camera.client.stray).toBe(0);
});

test("replicas that share one configuration go by the names on their command lines", async () => {
  const camera = await device(nats.url);
  const names = new Set<string>();
  camera.link.subscribe(subjects.backendAll("lantern"), {}, ({ payload }) => {
    const advert = decodeBackend(payload);
    if (advert.ok) names.add(advert.value.replica);
  });
  const children = await Promise.all([startChild({}, "cloud-a"), startChild({}, "cloud-b")]);
  await until(() => names.has("cloud-a") && names.has("cloud-b"), { what: "two names" });
  expect(names).not.toContain("pod");
  for (const child of children) child.process.kill("SIGTERM");
  for (const child of children) expect((await child.ended).code).toBe(0);
});

test("another replica takes over when one leaves: under load every offload is answered", async () => {
  const [leaving, staying] = [await startChild({}, "leaving"), await startChild({}, "staying")];
  const camera = await device(nats.url);
  await warm(camera);
  const jpeg = await grey(80);
  let isLeaving = true;
  void leaving.ended.then(() => (isLeaving = false));
  leaving.process.kill("SIGTERM");
  let sent = 0;
  await until(() => {
    if (camera.client.inFlight() < 8) {
      camera.send({ jpeg });
      sent++;
    }
    return !isLeaving && sent >= 100;
  });
  expect((await leaving.ended).code).toBe(0);
  const ends = await camera.ended(sent);
  expect(ends.map((end) => end.outcome)).toEqual(ends.map(() => "answered"));
  expect(camera.client.stray).toBe(0);
  staying.process.kill("SIGTERM");
  expect((await staying.ended).code).toBe(0);
});

test("a second SIGTERM ends the process at once", async () => {
  const child = await startChild({ model: { ...slowOnWhite, roundsOnWhite: 30_000_000 } }, "stuck");
  const camera = await device(nats.url);
  await warm(camera);
  camera.send({ jpeg: await grey(255) });
  await until(async () =>
    (await (await fetch(`${child.url}/metrics`)).text()).includes('in_flight{model="lantern",transport="nats"} 1'),
  );
  child.process.kill("SIGTERM");
  await until(async () => (await fetch(`${child.url}/readyz`)).status === 503);
  child.process.kill("SIGTERM");
  expect((await child.ended).signal).toBe("SIGKILL");
});
