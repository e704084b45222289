import { readFile, writeFile } from "node:fs/promises";
import { heartbeatSchema } from "@sluice/contracts";
import { nanModel, startNats, until, writeModel } from "@sluice/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  buildSite,
  classes,
  configOf,
  goodReply,
  neighbours,
  type Site,
  serveSilentCamera,
  startDevice,
  writeNoise,
} from "./edge.builder.ts";
import type { Edge } from "./edge.ts";

let site: Site;
beforeEach(async () => {
  site = await buildSite();
});
afterEach(() => site[Symbol.asyncDispose]());

const main = (edge: Edge) => edge.report().streams.find((stream) => stream.name === "main")!;

/** What must hold of a device at any time. */
function expectBooks(edge: Edge): void {
  const { budget, streams } = edge.report();
  expect(budget.spentBytes).toBeLessThanOrEqual((budget.bytesPerSecond * budget.elapsedMs) / 1_000);
  for (const { frames, answered, dropped, sent, offloads, inFlight } of streams) {
    const droppedSum = Object.values(dropped).reduce((a, b) => a + b, 0);
    // One frame may be with the model at this moment, and the one after it.
    expect(frames - answered - droppedSum).toBeGreaterThanOrEqual(0);
    expect(frames - answered - droppedSum).toBeLessThanOrEqual(2);
    const ended = Object.values(offloads).reduce((a, b) => a + b, 0);
    expect(sent).toBeGreaterThanOrEqual(ended + inFlight);
  }
}

describe("a device with a cloud that answers", () => {
  it("publishes local answers at once, then answers that the cloud corrected, and keeps its books", async () => {
    await using nats = await startNats();
    await using heard = await neighbours(nats, (request) => request.answer(goodReply(request)));
    const edge = await startDevice(configOf(site, nats.url));
    await until(() => main(edge).agreement.corrected !== null && heard.decisions.length > 100, { timeoutMs: 60_000 });
    expectBooks(edge);

    const locals = heard.results.filter((r) => r.kind === "local");
    const corrections = heard.results.filter((r) => r.kind === "correction");
    expect(locals[0]!.answer.classes).toEqual(["person"]);
    expect(locals.at(-1)!.local.classes).toEqual(["person"]);
    expect(locals.at(-1)!.answer.classes).toEqual(["person", "car"]);
    expect(corrections[0]!.answer.boxes).toHaveLength(2);
    expect(main(edge).agreement.corrected).toBeGreaterThan(main(edge).agreement.local!);

    const frames = locals.map((r) => r.frame);
    expect(new Set(frames).size).toBe(frames.length);
    expect(locals.every((r) => r.sourceFrame === r.frame % 10)).toBe(true);
    const sent = heard.decisions.filter((d) => d.action === "send");
    expect(sent.length).toBeGreaterThanOrEqual(heard.requests.length);
    expect(sent.every((d) => d.bytes > 0)).toBe(true);
    await edge.close();
  });

  it("tells why on its page's addresses, shows the stream, and exports metrics", async () => {
    await using nats = await startNats();
    await using heard = await neighbours(nats, (request) => request.answer(goodReply(request)));
    const edge = await startDevice(configOf(site, nats.url));
    const events = await fetch(`${edge.url}/api/events`);
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    await until(() => main(edge).agreement.samples >= 5, { timeoutMs: 30_000 });

    const { frame } = heard.decisions.find((d) => d.action === "send")!;
    const why = (await (await fetch(`${edge.url}/api/why/main/${frame}`)).json()) as Record<string, unknown>;
    expect(why).toMatchObject({ action: "send", frame, result: { kind: "local" }, correction: { kind: "correction" } });
    expect((await fetch(`${edge.url}/api/why/main/999999`)).status).toBe(404);
    expect((await fetch(`${edge.url}/api/why/nobody/1`)).status).toBe(404);

    expect(heartbeatSchema.parse(await (await fetch(`${edge.url}/api/streams`)).json()).device).toBe("gate");
    const picture = await until(async () => {
      const response = await fetch(`${edge.url}/api/live/main.jpg`);
      return response.ok && new Uint8Array(await response.arrayBuffer());
    });
    expect(Array.from(picture.slice(0, 2))).toEqual([0xff, 0xd8]);
    let text = "";
    while (!text.includes("event: decision")) text += (await reader.read()).value;
    expect(text).toContain("event: result");
    await reader.cancel();

    const metrics = await (await fetch(`${edge.url}/metrics`)).text();
    expect(metrics).toMatch(/sluice_edge_frames_total\{stream="main"\} \d+/);
    expect(metrics).toMatch(/sluice_edge_uplink_bytes_total\{direction="up",kind="offload"\} \d+/);
    expect(metrics).toMatch(/sluice_edge_offloads_total\{stream="main",outcome="answered"\} \d+/);
    expect((await fetch(`${edge.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${edge.url}/`)).text()).toContain("<html");
    await edge.close();
  });

  it("charges the bytes that the connection really carried, results included where there is no site broker", async () => {
    await using nats = await startNats();
    await using heard = await neighbours(nats, (request) => request.answer(goodReply(request)));
    const config = configOf(site, nats.url, {
      nats: { site: undefined },
      offload: { budget: { rate: "4kB/s" }, audit: { share: "0.3" } },
    });
    const edge = await startDevice(config);
    await until(() => (main(edge).offloads.answered ?? 0) >= 3 && heard.results.length > 20, { timeoutMs: 100_000 });
    expectBooks(edge);
    const charged = await (await fetch(`${edge.url}/metrics`)).text();
    expect(charged).toMatch(/kind="result"\} \d{3,}/);
    expect(charged).toMatch(/sluice_edge_publish_dropped_total\{kind="result",reason="budget"\}/);
    await edge.close();
  });
});

describe("a device whose cloud fails", () => {
  it("works on alone without a broker, says so, and takes it when it comes", async () => {
    await using nats = await startNats();
    await nats.stop();
    const edge = await startDevice(configOf(site, nats.url));
    await until(() => main(edge).answered > 50);
    expect(edge.report().uplink.state).toBe("disconnected");
    expect(main(edge).sent).toBe(0);
    expectBooks(edge);

    await using late = await startNats({ port: nats.port });
    await using _ = await neighbours(late, (request) => request.answer(goodReply(request)));
    await until(() => (main(edge).offloads.answered ?? 0) > 3, { timeoutMs: 30_000 });
    expectBooks(edge);
    await edge.close();
  });

  it("keeps its rate while the broker is killed under load and comes back", async () => {
    await using nats = await startNats();
    await using _ = await neighbours(nats, (request) => request.answer(goodReply(request)));
    const edge = await startDevice(configOf(site, nats.url));
    await until(() => (main(edge).offloads.answered ?? 0) > 3, { timeoutMs: 30_000 });
    await nats.kill();
    await until(() => edge.report().uplink.state === "disconnected");
    const before = main(edge);
    await until(() => main(edge).answered > before.answered + 50);
    expect(main(edge).sent - before.sent).toBeLessThanOrEqual(1);
    await nats.start();
    await until(() => (main(edge).offloads.answered ?? 0) > (before.offloads.answered ?? 0) + 3, { timeoutMs: 30_000 });
    expectBooks(edge);
    await edge.close();
  });

  it("stops burning its budget on a cloud that never answers, and probes", async () => {
    await using nats = await startNats();
    await using heard = await neighbours(nats, () => {});
    const offload = { delivery: { deadline: "200ms" }, decision: { policy: "always" } };
    const edge = await startDevice(configOf(site, nats.url, { offload }));
    await until(() => heard.decisions.some((d) => d.reason === "probe"), { timeoutMs: 30_000 });
    expect(heard.decisions.filter((d) => d.reason === "silent").length).toBeGreaterThan(10);
    expect(main(edge).offloads.answered).toBeUndefined();
    expectBooks(edge);
    await edge.close();
  });

  it("bears refusals, replies twice, of another version, malformed, late, and for frames never sent", async () => {
    await using nats = await startNats();
    const answers: ((request: Parameters<typeof goodReply>[0]) => void)[] = [
      (request) => request.refuse("overloaded", "full", 100),
      (request) => request.answer({ ...goodReply(request), version: 2 }),
      (request) => request.answer({ ...goodReply(request), frame: request.frame + 10_000 }),
      (request) => void setTimeout(() => request.answer(goodReply(request)), 500).unref(),
      (request) => request.answer(goodReply(request)),
    ];
    let turn = 0;
    await using _ = await neighbours(nats, (request) => answers[turn++ % answers.length]!(request));
    const offload = { delivery: { deadline: "300ms" }, decision: { policy: "always" }, budget: { rate: "1MB/s" } };
    const edge = await startDevice(configOf(site, nats.url, { offload }));
    await until(
      () => {
        const { answered = 0, refused = 0, invalid = 0, late = 0 } = main(edge).offloads;
        return answered > 0 && refused > 0 && invalid > 0 && late > 0;
      },
      { timeoutMs: 60_000, what: "one offload of each outcome" },
    );
    expectBooks(edge);
    await edge.close();
  });
});

describe("a device with a bad model or stream", () => {
  it("keeps a picture to itself that no message can carry, says so, and takes the next smaller rung", async () => {
    await using nats = await startNats();
    await using heard = await neighbours(nats, (request) => request.answer(goodReply(request)));
    const source = await writeNoise(site, { width: 2_000, height: 1_400 });
    const rungs = [
      { name: "huge", width: 2_000, quality: 95 },
      { name: "small", width: 320, quality: 60 },
    ];
    const offload = {
      payload: { rungs },
      budget: { rate: "50MB/s", burst: "16MiB" },
      decision: { policy: "always" },
      delivery: { deadline: "10s" },
    };
    const streams = [{ name: "main", source, fps: 5, loop: true }];
    const edge = await startDevice(configOf(site, nats.url, { offload, streams }));
    await until(() => (main(edge).offloads.answered ?? 0) > 0, { timeoutMs: 30_000 });
    expect(heard.decisions.find((d) => d.reason === "too-large")).toMatchObject({ action: "skip", bytes: 0 });
    expect(heard.decisions.find((d) => d.action === "send")).toMatchObject({ rung: "small" });
    expectBooks(edge);
    await edge.close();
  });

  it("drops the frames that a model answers with NaN, says so, and goes on", async () => {
    await using nats = await startNats();
    const input = { width: 64, height: 32, stride: 8, classes: classes.length };
    const fields = { name: "sick", family: "peaks", ...input, classes };
    const model = await writeModel(site.dir.path, nanModel({ ...input, peaks: [], nanAbove: 0.6 }), fields);
    const edge = await startDevice({ ...configOf(site, nats.url), model });
    await until(() => (main(edge).dropped["model-error"] ?? 0) > 5 && main(edge).answered > 5);
    expectBooks(edge);
    await edge.close();
  });

  it("keeps its model when a new one is no good", async () => {
    await using nats = await startNats();
    const edge = await startDevice(configOf(site, nats.url));
    await until(() => main(edge).answered > 5);
    const manifest = await readFile(site.model, "utf8");
    await writeFile(site.model, manifest.replace(/sha256: ".{8}/, 'sha256: "00000000'));
    await expect(edge.reload()).rejects.toMatchObject({ code: "model-digest-mismatch" });
    const { answered } = main(edge);
    await until(() => main(edge).answered > answered + 10);
    expectBooks(edge);
    await edge.close();
  });

  it("goes on when it is told to read its model again, be it the same or with another threshold", async () => {
    await using nats = await startNats();
    const edge = await startDevice(configOf(site, nats.url));
    await until(() => main(edge).answered > 5);
    const written = await readFile(site.model, "utf8");
    for (const manifest of [written, `${written}  thresholds: { score: "0.2" }\n`]) {
      await writeFile(site.model, manifest);
      await edge.reload();
      const { answered } = main(edge);
      await until(() => main(edge).answered > answered + 10);
    }
    expect(main(edge).dropped["model-error"] ?? 0).toBeLessThan(3);
    expectBooks(edge);
    await edge.close();
  });

  it("runs its other streams while one cannot be read", async () => {
    await using nats = await startNats();
    await writeFile(`${site.dir.path}/garbage.mp4`, "this is no film");
    const streams = [
      { name: "bad", source: `file:${site.dir.path}/garbage.mp4`, loop: true },
      { name: "main", source: site.source, fps: 25, loop: true },
    ];
    const edge = await startDevice(configOf(site, nats.url, { streams }));
    const stream = (name: string) => edge.report().streams.find((s) => s.name === name)!;
    await until(() => stream("bad").state === "retrying" && stream("main").answered > 25);
    expect(stream("bad").problem).toContain("garbage.mp4");
    expect(stream("bad").frames).toBe(0);
    await edge.close();
  });

  it("reopens a camera that falls silent, while its other streams run", async () => {
    await using nats = await startNats();
    await using camera = await serveSilentCamera(site);
    const streams = [
      { name: "silent", source: camera.url, stallAfter: "800ms" },
      { name: "main", source: site.source, fps: 25, loop: true },
    ];
    const edge = await startDevice(configOf(site, nats.url, { streams }));
    const stream = (name: string) => edge.report().streams.find((s) => s.name === name)!;
    const states = new Set<string>();
    await until(() => states.add(stream("silent").state).has("stalled"));
    expect(stream("silent").problem).toContain("no frame for 800 ms");
    const { frames } = stream("silent");
    const { answered } = main(edge);
    // It gives a few frames each time that it is opened.
    await until(() => stream("silent").frames > frames && camera.visits > 1);
    await until(() => stream("main").answered > answered + 25);
    expectBooks(edge);
    const metrics = await (await fetch(`${edge.url}/metrics`)).text();
    expect(metrics).toMatch(/sluice_edge_capture_restarts_total\{stream="silent"\} [1-9]/);
    await edge.close();
  });
});
