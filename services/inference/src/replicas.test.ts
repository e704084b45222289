import { type Backend, subjects } from "@sluice/contracts";
import { decodeBackend } from "@sluice/messaging";
import { startNats, until } from "@sluice/testkit";
import { expect, onTestFinished, test } from "vitest";
import { device, grey, startService, total, unaccounted, warm } from "./service.builder.ts";

async function broker() {
  const nats = await startNats();
  onTestFinished(() => nats.stop());
  return nats;
}

test("two replicas share the requests of one model, and each is answered once", async () => {
  const nats = await broker();
  const [one, two] = [await startService(nats.url, {}, "one"), await startService(nats.url, {}, "two")];
  const camera = await device(nats.url);
  await warm(camera);
  const answered = async (service: typeof one) => total(await service.metrics(), "sluice_inference_answered_total{");
  const before = [await answered(one), await answered(two)];
  const jpeg = await grey(90);
  for (let i = 0; i < 60; i++) camera.send({ jpeg, stream: `s${i % 6}` });
  const ends = await camera.ended(60);
  expect(ends.map((end) => end.outcome)).toEqual(ends.map(() => "answered"));
  const shares = [(await answered(one)) - before[0]!, (await answered(two)) - before[1]!];
  expect(shares[0]! + shares[1]!).toBe(60);
  expect(Math.min(...shares)).toBeGreaterThan(5);
  expect(camera.client.stray).toBe(0);
});

test("a broker that dies makes the service unready; when it is back, it serves again by itself", async () => {
  const nats = await broker();
  const { service, metrics } = await startService(nats.url);
  const camera = await device(nats.url);
  await warm(camera);
  await nats.kill();
  await until(async () => (await fetch(`${service.url}/readyz`)).status === 503);
  expect((await metrics())["sluice_inference_connected"]).toBe(0);
  await nats.start();
  await until(async () => (await fetch(`${service.url}/readyz`)).status === 200);
  await until(() => camera.link.connected);
  await warm(camera);
  expect(unaccounted(await metrics())).toBe(0);
});

test("a replica says how long its queue is, every second, and at once when it drains", async () => {
  const nats = await broker();
  const listener = await device(nats.url, "listener");
  const adverts: Backend[] = [];
  listener.link.subscribe(subjects.backendAll("lantern"), {}, (message) => {
    const advert = decodeBackend(message.payload);
    if (advert.ok) adverts.push(advert.value);
  });
  const { service } = await startService(nats.url, {}, "cloud-7");
  await until(() => adverts.length >= 2);
  expect(adverts[0]).toMatchObject({ replica: "cloud-7", model: "lantern", queued: 0, queueMs: 0, draining: false });
  expect(adverts[0]!.load).toEqual({ arrivalsPerSecond: 0, serviceMs: null, workers: 1 });
  await warm(listener);
  await until(() => adverts.at(-1)!.load!.serviceMs);
  expect(adverts.at(-1)!.load!.arrivalsPerSecond).toBeGreaterThan(0);
  await service.close();
  await until(() => adverts.at(-1)?.draining);
  expect(adverts.filter((advert) => advert.draining)).toHaveLength(1);
});
