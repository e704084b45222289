import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type NatsServer, startNats } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { device, grey, lantern, startService, total, warm, writeService } from "./service.builder.ts";
import { startInference } from "./start.ts";

let nats: NatsServer;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

test("a new model takes over between two requests; one that is no good leaves the last good one, and says so", async () => {
  const { service, manifest, dir, metrics } = await startService(nats.url);
  const camera = await device(nats.url);
  await warm(camera);
  const ready = async () => (await fetch(`${service.url}/readyz`)).json();
  const ask = async () => {
    camera.ends.length = 0;
    camera.send({ jpeg: await grey(255) });
    return (await camera.ended(1))[0]!.reply!;
  };
  const first = await ask();

  await manifest({ ...lantern, peaks: [] });
  await service.reload();
  const second = await ask();
  expect(second.detections.boxes).toEqual([]);
  expect(second.digest).not.toBe(first.digest);

  await writeFile(join(dir, "lantern.onnx"), "not what the manifest says");
  await service.reload();
  expect((await ask()).digest).toBe(second.digest);
  expect(await ready()).toMatchObject({
    ok: true,
    models: [{ name: "lantern", problem: expect.stringMatching(/sha256|digest/i) }],
  });
  expect(total(await metrics(), "sluice_inference_model_stale{")).toBe(1);

  await manifest(lantern);
  await service.reload();
  expect((await ask()).digest).toBe(first.digest);
  expect(await ready()).toMatchObject({ models: [{ problem: null }] });
  expect(total(await metrics(), "sluice_inference_model_stale{")).toBe(0);
});

test("a model that cannot be loaded at the start is told with its code", async () => {
  const { config, dir } = await writeService(nats.url, "one");
  await writeFile(join(dir, "lantern.onnx"), "garbage");
  const environment = { SLUICE_LOG_LEVEL: "silent" } as const;
  await expect(startInference(config, { baseDir: dir, environment })).rejects.toMatchObject({
    code: "model-digest-mismatch",
  });
});
