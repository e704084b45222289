import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type EdgeConfig, modelSchema, policyBucket, readDocument } from "@sluice/contracts";
import { type NatsServer, peaksModel, startNats, type TempDir, tempDir, until, writeModel } from "@sluice/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  buildSite,
  classes,
  configOf,
  goodReply,
  halves,
  neighbours,
  type Site,
  startDevice,
  writePlain,
} from "../edge.builder.ts";
import type { Edge } from "../edge.ts";
import { type HandOperator, handOperator } from "./operator.builder.ts";

let nats: NatsServer;
let site: Site;
let folder: TempDir;
let operator: HandOperator;
let running: Edge[];

beforeEach(async () => {
  [nats, site] = await Promise.all([startNats({ jetStream: true }), buildSite()]);
  folder = tempDir();
  operator = await handOperator(nats, "gate");
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((edge) => edge.close()));
  await operator[Symbol.asyncDispose]();
  await Promise.all([nats.stop(), site.dir.remove(), folder.remove()]);
});

async function start(over: Partial<EdgeConfig> = {}): Promise<Edge> {
  const config: EdgeConfig = { ...configOf(site, nats.url), control: "operator", state: folder.path, ...over };
  const edge = await startDevice(config);
  running.push(edge);
  return edge;
}

async function stop(edge: Edge): Promise<void> {
  running = running.filter((other) => other !== edge);
  await edge.close();
}

const acting = (edge: Edge, revision: string) => until(() => edge.report().policy?.revision === revision);
const answered = (edge: Edge) => edge.report().streams[0]!.answered;

const input = { width: 64, height: 32, stride: 8, classes: classes.length };

/** A model that sees a person on the left of each picture, and is not sure of it. */
async function unsureModel(): Promise<string> {
  const peak = { classId: 0, column: 2, row: 2, score: 0.4, distances: [9, 9, 9, 9] } as const;
  return writeModel(site.dir.path, peaksModel({ ...input, peaks: [peak] }), {
    name: "unsure",
    family: "peaks",
    ...input,
    classes,
  });
}

/** The manifest of another good model, as it is written, with the place of its file. */
async function anotherModel(): Promise<{ manifest: object; digest: string; wrong: object }> {
  const peak = { classId: 1, column: 3, row: 1, score: 0.7, distances: [9, 9, 9, 9] } as const;
  const graph = peaksModel({ ...input, peaks: [peak] });
  const path = await writeModel(site.dir.path, graph, { name: "other", family: "peaks", ...input, classes });
  const written = readDocument(await readFile(path, "utf8"), modelSchema, path, "manifest-invalid");
  const thresholds = Object.entries(written.spec.thresholds).map(([name, value]) => [name, String(value)]);
  const uri = `file:${join(dirname(path), "other.onnx")}`;
  const spec = { ...written.spec, uri, thresholds: Object.fromEntries(thresholds) as object };
  const wrong = { ...written, spec: { ...spec, sha256: "0".repeat(64) } };
  return { manifest: { ...written, spec }, digest: spec.sha256, wrong };
}

describe("a device under an operator", () => {
  it("sends nothing before its first lease, then what the lease allows, and acknowledges it", async () => {
    const edge = await start();
    expect(edge.report()).toMatchObject({ policy: null, lease: null, refused: null, budget: { bytesPerSecond: 0 } });
    await operator.tell("yard", "yard-1");
    await operator.open("yard", 1);
    await acting(edge, "yard-1");
    const report = await operator.grant("yard", { epoch: 4 });
    expect(report).toMatchObject({
      term: 1,
      held: { term: 1, epoch: 4, bytesPerSecond: 20_000, floorBytesPerSecond: 1_000 },
    });
    expect(edge.report()).toMatchObject({
      lease: { policy: "yard", term: 1, epoch: 4, bytesPerSecond: 20_000 },
      budget: { bytesPerSecond: 20_000, burstBytes: 8_192 },
    });
    await until(() => edge.report().budget.tokens > 0);
    await until(() => answered(edge) > 10);
  });

  it("falls to its floor when its lease ends, and counts every byte that it sent", async () => {
    const edge = await start();
    await operator.tell("yard", "yard-1");
    await operator.open("yard", 1);
    await operator.grant("yard", { ttlMs: 3_000 });
    await until(() => edge.report().budget.bytesPerSecond === 1_000 && edge.report().lease?.bytesPerSecond === 1_000);
    expect(edge.report().lease).toMatchObject({ bytesPerSecond: 1_000, floorBytesPerSecond: 1_000 });
    const { meter } = await until(
      () => {
        const found = operator.report("yard");
        return found?.held.bytesPerSecond === 1_000 && found;
      },
      { timeoutMs: 20_000 },
    );
    expect(meter.countedBytes).toBeLessThanOrEqual(meter.bytes);
    expect(edge.report().budget.spentBytes).toBeGreaterThanOrEqual(meter.bytes);
  });

  it("keeps its last good policy and model when a new document is no good, says so, and goes on", async () => {
    const edge = await start();
    await operator.tell("yard", "yard-1");
    await acting(edge, "yard-1");
    const { manifest, digest, wrong } = await anotherModel();
    const before = edge.report().model;
    await operator.tell("yard", "yard-2", {
      edgeModel: wrong,
    });
    const { refused } = await until(() => edge.report().refused && edge.report());
    expect(refused).toMatchObject({
      policy: "yard",
      revision: "yard-2",
      reason: expect.stringMatching(/sha256|digest/i),
    });
    expect(edge.report()).toMatchObject({ policy: { revision: "yard-1" }, model: before });
    await operator.documents.with(({ kv }) => kv.put(policyBucket.document("gate"), "{ no json"));
    await until(() => edge.report().refused?.reason.includes("policy document"));
    const frames = answered(edge);
    await until(() => answered(edge) > frames + 5);
    await operator.tell("yard", "yard-3", {
      edgeModel: manifest,
    });
    await acting(edge, "yard-3");
    expect(edge.report()).toMatchObject({ refused: null, model: { digest: digest } });
    const relabelled = { ...manifest, metadata: { name: "relabelled" } };
    await operator.tell("yard", "yard-4", { edgeModel: relabelled });
    await acting(edge, "yard-4");
    expect(edge.report().model, "the same file read in another way is another model").toEqual({
      name: "relabelled",
      digest,
    });
    const since = answered(edge);
    await until(() => answered(edge) > since + 5);
  });

  it("boots from its disk with no network at all: policy, model, and what is left of its lease", async () => {
    const first = await start();
    const { manifest: edgeModel, digest } = await anotherModel();
    await operator.tell("yard", "yard-1", { edgeModel, model: "bigger" });
    await operator.open("yard", 1);
    await operator.grant("yard", { epoch: 7 });
    await acting(first, "yard-1");
    await stop(first);
    await nats.kill();
    const second = await start();
    expect(second.report().lease).toMatchObject({ policy: "yard", epoch: 7, bytesPerSecond: 20_000 });
    await acting(second, "yard-1");
    await until(() => second.report().model.digest === digest);
    expect(second.report()).toMatchObject({ uplink: { state: "disconnected", model: "bigger" }, refused: null });
    await until(() => answered(second) > 5);
  });

  it("weighs what the policy focuses on, and says which of its classes it will never see", async () => {
    await using heard = await neighbours(nats);
    await until(() => heard.link.connected);
    const edge = await start({ model: await unsureModel() });
    const signals = () => heard.decisions.splice(0).at(-1)?.signals;
    await until(() => signals()?.uncertain === 1);
    const half = (x: number) => [
      [x, 0],
      [x + 0.5, 0],
      [x + 0.5, 1],
      [x, 1],
    ];
    const looking = async (revision: string, left: number) => {
      const focus = { classes: ["moon", "person"], zones: ["half"] };
      await operator.tell("yard", revision, { focus, zones: { main: [half(left)] } });
      await acting(edge, revision);
    };
    await looking("yard-1", 0.5);
    await until(() => signals()?.uncertain === 0);
    expect(edge.report().controlProblem).toContain("knows no moon; the others count");
    await looking("yard-2", 0);
    await until(() => signals()?.uncertain === 1);
    await operator.tell("yard", "yard-3", { focus: { classes: ["car"] } });
    await until(() => signals()?.uncertain === 0);
    expect(edge.report()).toMatchObject({ controlProblem: null, policy: { revision: "yard-3" } });
  });

  it("paints what it is told to hide before anything leaves, and keeps to that when its policy or its operator is gone", async () => {
    await using heard = await neighbours(nats, (request) => request.answer(goodReply(request)));
    await until(() => heard.link.connected);
    const bright = join(folder.path, "bright");
    await writePlain(bright, 200);
    const streams = [{ ...configOf(site, nats.url).streams[0]!, source: `dir:${bright}` }];
    const edge = await start({ streams });
    const left = [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ];
    await operator.tell("yard", "yard-1", { masks: { version: "v1", streams: { main: [left] } } });
    await operator.open("yard", 1);
    await operator.grant("yard", { bytesPerSecond: 100_000 });
    expect(edge.report().masks).toBe("v1");
    const jpeg = await until(() => heard.requests.splice(0).at(-1)?.payload);
    expect(await halves(jpeg)).toEqual(["black", "bright"]);
    // The cloud's car is on the right; its person, and the edge model's, are on the left, where nobody sees anything.
    const said = await until(() => heard.results.find(({ kind }) => kind === "correction"));
    expect(said.answer.classes).toEqual(["car"]);
    await until(() => heard.results.findLast(({ kind }) => kind === "local")?.answer.classes.join() === "car");
    const seen = heard.results.filter((result) => result.kind === "local").slice(-5);
    expect(seen.flatMap(({ local }) => local.boxes)).toEqual([]);
    await operator.documents.with(({ kv }) => kv.delete(policyBucket.document("gate")));
    await until(() => edge.report().policy === null);
    await stop(edge);
    await nats.kill();
    const second = await start({ streams });
    expect(second.report().masks).toBe("v1");
    const page = await until(async () => {
      const response = await fetch(`${second.url}/api/live/main.jpg`);
      return response.ok && response;
    });
    expect(await halves(new Uint8Array(await page.arrayBuffer()))).toEqual(["black", "bright"]);
  });

  it("takes other masks at once, whatever becomes of the document that brought them, and keeps its own", async () => {
    const own: [number, number][] = [
      [0.5, 0],
      [1, 0],
      [1, 1],
    ];
    const edge = await start({ streams: [{ ...configOf(site, nats.url).streams[0]!, masks: [own] }] });
    await operator.tell("yard", "yard-1", { masks: { version: "v1", streams: { other: [own] } } });
    await acting(edge, "yard-1");
    expect(edge.report().masks).toBe("v1");
    const { wrong } = await anotherModel();
    const all = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    await operator.tell("yard", "yard-2", { edgeModel: wrong, masks: { version: "v2", streams: { main: [all] } } });
    await until(() => edge.report().refused?.revision === "yard-2");
    expect(edge.report()).toMatchObject({ masks: "v2", policy: { revision: "yard-1" } });
    // A word of an operator that knows of no masks takes none away.
    await operator.tell("yard", "yard-3");
    await acting(edge, "yard-3");
    expect(edge.report().masks).toBe("v2");
  });

  it("counts on over restarts, and reports to nobody what was sent under another policy", async () => {
    const first = await start();
    await operator.tell("yard", "yard-1");
    await operator.open("yard", 1);
    const { meter } = await operator.grant("yard", {});
    await stop(first);
    const second = await start();
    await operator.tell("gate", "gate-1");
    await operator.open("gate", 1);
    await acting(second, "gate-1");
    const report = await until(() => operator.report("gate"));
    expect(report.meter.id).toBe(meter.id);
    expect(report.meter.countedBytes).toBeGreaterThanOrEqual(meter.bytes);
    // The first policy's operator takes back what it gave.
    await operator.grant("yard", { epoch: 9, bytesPerSecond: 0, floorBytesPerSecond: 0 });
    expect(second.report().lease).toMatchObject({ policy: "gate", bytesPerSecond: 0 });
  });

  it("works without a disk, and then holds nothing after a restart", async () => {
    const { state: _, ...config } = { ...configOf(site, nats.url), control: "operator" as const };
    const edge = await startDevice(config);
    running.push(edge);
    await operator.tell("yard", "yard-1");
    await operator.open("yard", 1);
    await operator.grant("yard", { epoch: 2 });
    await stop(edge);
    const again = await startDevice(config);
    running.push(again);
    await acting(again, "yard-1");
    expect(again.report().budget.bytesPerSecond).toBe(0);
  });

  it("is told that its policy is gone by a deletion, not by a bucket that was lost", async () => {
    const edge = await start();
    await operator.tell("yard", "yard-1");
    await acting(edge, "yard-1");
    await operator.documents.with(({ kv }) => kv.destroy());
    await nats.kill();
    await until(() => edge.report().uplink.state === "disconnected");
    await nats.start();
    await until(() => edge.report().uplink.state === "connected");
    await operator.documents.connected(new AbortController().signal);
    expect(edge.report().policy).toMatchObject({ revision: "yard-1" });
    await operator.tell("yard", "yard-2");
    await acting(edge, "yard-2");
    await operator.documents.with(({ kv }) => kv.delete(policyBucket.document("gate")));
    await until(() => edge.report().policy === null);
    expect(edge.report().lease).toBeNull();
  });
});
