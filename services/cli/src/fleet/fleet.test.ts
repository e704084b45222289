import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { edgeConfigSchema, environmentSchema } from "@sluice/contracts";
import { type Edge, startEdge } from "@sluice/edge";
import { seededPrng, systemClock } from "@sluice/foundation";
import { encodeJpeg } from "@sluice/imaging";
import { type NatsServer, peaksModel, startNats, type TempDir, tempDir, until, writeModel } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Fleet } from "../cluster/fleet.builder.ts";
import { run, squeezed, widest } from "../cluster/run.builder.ts";
import { meansFolder } from "./why.ts";

let dir: TempDir;
let nats: NatsServer;
let fleet: Fleet;
let edge: Edge;
const sluice = (...args: string[]) => run(...args, "--kubeconfig", fleet.kube.kubeconfig);

/** A real device with a real broker, and its object in a real API server. */
beforeAll(async () => {
  dir = tempDir();
  [nats, fleet] = await Promise.all([startNats(), Fleet.start()]);
  const pictures = join(dir.path, "pictures");
  await mkdir(pictures);
  const size = { width: 64, height: 32 };
  const { data } = await encodeJpeg({ ...size, data: new Uint8Array(64 * 32 * 3) }, { width: 64, quality: 80 });
  await writeFile(join(pictures, "0.jpg"), data);
  const input = { ...size, stride: 8, classes: 1 };
  const graph = peaksModel({ ...input, peaks: [] });
  const model = await writeModel(dir.path, graph, { name: "small", family: "peaks", ...size, classes: ["car"] });
  const config = edgeConfigSchema.parse({
    device: "gate",
    http: { port: 0 },
    nats: { uplink: { servers: [nats.url] }, site: { servers: [nats.url] } },
    model,
    offload: { model: "big", budget: { rate: "20kB/s" } },
    streams: [{ name: "main", source: `dir:${pictures}`, fps: 20, loop: true }],
  });
  const environment = environmentSchema.parse({ SLUICE_LOG_LEVEL: "silent" });
  edge = await startEdge({ config, environment, prng: seededPrng(1), clock: systemClock });
  await fleet.create("EdgeDevice", "gate", {});
  await fleet.create("EdgeDevice", "hidden", {});
  await fleet.status("EdgeDevice", "gate", { url: edge.url });
  await until(() => edge.report().streams[0]!.answered > 30, { timeoutMs: 60_000, what: "frames" });
}, 120_000);
afterAll(async () => {
  await edge?.close();
  await nats?.stop();
  await fleet?.[Symbol.asyncDispose]();
  await dir?.remove();
});

describe("sluice top", () => {
  it("shows what a device that is heard spends, and - for what nobody knows", async () => {
    const { code, out } = await run("top", "--nats", nats.url, "--for", "5");
    expect(code).toBe(0);
    const [head, row, ...rest] = squeezed(out).trim().split("\n");
    expect(head?.trim()).toBe("DEVICE SENT NOW BUDGET AGREEMENT AUDITS F1/MB");
    // No cloud ever answered: agreement is not known, and that is not 0.
    expect(row).toMatch(/^gate \S+ k?B \S+ k?bit\/s 160 kbit\/s - 0 \S+$/);
    expect(rest).toEqual([]);
    expect(widest(out)).toBeLessThanOrEqual(80);
    const [usage] = JSON.parse((await run("top", "--nats", nats.url, "--for", "3", "-o", "json")).out);
    expect(usage).toMatchObject({ device: "gate", agreement: null, halfWidth: null, grantedBytesPerSecond: 20_000 });
  });

  it("says why it hears nobody", async () => {
    const { code, problems } = await run("top", "--nats", "nats://127.0.0.1:9", "--for", "1");
    expect({ code, problems }).toMatchObject({
      code: 1,
      problems: expect.stringMatching(/error\[disconnected\].*\n {2}cure:/s),
    });
  });
});

describe("sluice why DEVICE STREAM FRAME", () => {
  it("asks the device whose address its status has", async () => {
    const frame = String(edge.report().streams[0]!.answered - 5);
    const { code, out } = await sluice("why", "gate", "main", frame);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining(`gate main frame ${frame}: `) });
    expect(out).toMatch(/expected value +\S+ F1\n/);
    const { out: json } = await run("why", "whatever", "main", frame, "--url", edge.url, "-o", "json");
    expect(JSON.parse(json)).toMatchObject({ device: "gate", frame: Number(frame) });
  });

  it("tells apart what is wrong", async () => {
    expect((await sluice("why", "gate", "main", "99999999")).problems).toContain("error[frame-forgotten]");
    expect((await sluice("why", "hidden", "main", "1")).problems).toContain("has not said where its page is");
    expect((await sluice("why", "nobody", "main", "1")).problems).toContain("error[object-missing]");
    expect((await run("why", "gate", "main", "1", "--url", "http://127.0.0.1:9")).problems).toContain(
      "error[device-unreachable]",
    );
    expect((await run("why", "gate", "main", "1", "--url", "file:///etc")).problems).toContain(
      "is no address of a page",
    );
    expect((await run("why", "gate", "main", "1", "--url", nats.url.replace("nats:", "http:"))).problems).toContain(
      "error[device-unreachable]",
    );
  });

  it("takes paths and folders for replays, unless told that it is a device", () => {
    expect(meansFolder("./gate", {})).toBe(true);
    expect(meansFolder(dir.path, {})).toBe(true);
    expect(meansFolder("gate", {})).toBe(false);
    expect(meansFolder("services", {})).toBe(true);
    expect(meansFolder("services", { live: true })).toBe(false);
  });
});
