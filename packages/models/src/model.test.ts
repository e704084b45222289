import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { ManualClock } from "@sluice/foundation";
import {
  type ManifestFields,
  nanModel,
  onnxFile,
  type PeaksOptions,
  peaksModel,
  tempDir,
  until,
  writeModel,
} from "@sluice/testkit";
import type { Picture } from "@sluice/vision";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ModelOptions, openModel, type Surroundings } from "./model.ts";
import { queuedJobs } from "./pool.ts";

const shape: PeaksOptions = {
  width: 64,
  height: 32,
  stride: 8,
  classes: 2,
  peaks: [{ classId: 1, column: 3, row: 2, score: 0.8, distances: [4, 5, 6, 7] }],
};
const fields: ManifestFields = { name: "m", family: "peaks", width: 64, height: 32, classes: ["a", "b"] };

function solid(level: number, width = 64, height = 32, shared = true): Picture {
  const size = 3 * width * height;
  return {
    width,
    height,
    data: (shared ? new Uint8Array(new SharedArrayBuffer(size)) : new Uint8Array(size)).fill(level),
  };
}

function folder(): string {
  const dir = tempDir();
  onTestFinished(() => dir.remove());
  return dir.path;
}

async function manifestOf(graph: Uint8Array, more: Partial<ManifestFields> = {}): Promise<string> {
  return writeModel(folder(), graph, { ...fields, ...more });
}

async function open(
  graph: Uint8Array,
  more: Partial<ManifestFields> = {},
  options: Partial<ModelOptions> = {},
  surroundings: Partial<Surroundings> = {},
) {
  const path = await manifestOf(graph, more);
  const model = await openModel(path, { workers: 1, threads: 1, ...options }, surroundings);
  onTestFinished(() => model.close());
  return model;
}

const failure = (graph: Uint8Array, more: Partial<ManifestFields> = {}) =>
  manifestOf(graph, more)
    .then((path) => openModel(path, { workers: 2, threads: 1 }))
    .then(
      () => "no error",
      (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
    );

describe("detecting", () => {
  test("boxes come back in the picture's pixels", async () => {
    const model = await open(peaksModel(shape));
    const { detections, runMs } = await model.detect(solid(10, 128, 64));
    expect(detections).toEqual([{ x1: 48, y1: 30, x2: 68, y2: 54, score: Math.fround(0.8), classId: 1 }]);
    expect(runMs).toBeGreaterThan(0);
    expect(model).toMatchObject({ name: "m", classes: ["a", "b"], threshold: 0.35, maxBatch: 8 });
    expect(model.inputs).toEqual([{ name: "images", type: "float32", shape: ["batch", 3, 32, 64] }]);
  });

  test("pictures that are not in shared memory stay the caller's", async () => {
    const model = await open(peaksModel(shape));
    const picture = solid(10, 64, 32, false);
    await model.detect(picture);
    expect(picture.data).toHaveLength(3 * 64 * 32);
  });

  test.each([
    ["open", {}, 4],
    ["fixed to 1", { batch: 1 }, 1],
    ["fixed to 3", { batch: 3 }, 3],
  ])("a batch of many sizes is answered in order; the graph's batch is %s", async (_how, batch, maxBatch) => {
    const model = await open(peaksModel({ ...shape, ...batch, scoreTimesBrightness: true }), {}, { maxBatch: 4 });
    expect(model.maxBatch).toBe(maxBatch);
    const levels = [255, 128, 64, 230, 90, 180, 70];
    const { outputs } = await model.detectBatch(
      levels.map((level, i) => solid(level, 128 + 64 * i, 64 + 32 * i, i % 2 > 0)),
    );
    expect(outputs).toHaveLength(levels.length);
    for (const [i, level] of levels.entries()) {
      expect(outputs[i]!.detections[0]!.score).toBeCloseTo((0.8 * level) / 255, 5);
      expect(outputs[i]!.detections[0]!.x2).toBeCloseTo(34 * (2 + i), 4);
    }
  });

  test("a Buffer, as image libraries give it, stays the caller's", async () => {
    const model = await open(peaksModel(shape));
    const { data, ...size } = solid(128, 64, 32, false);
    const picture = { ...size, data: Buffer.from(data) };
    const { detections } = await model.detect(picture);
    expect(detections).toHaveLength(1);
    expect(picture.data[0]).toBe(128);
  });

  test("an empty batch is an empty answer", async () => {
    const model = await open(peaksModel(shape));
    expect((await model.detectBatch([])).outputs).toEqual([]);
  });

  test("scores between the floor and the threshold are reported, those under the floor are not", async () => {
    const model = await open(peaksModel({ ...shape, scoreTimesBrightness: true }));
    expect((await model.detect(solid(60))).detections).toHaveLength(1);
    expect((await model.detect(solid(45))).detections).toHaveLength(0);
  });

  test("the manifest's preprocessing has the last word", async () => {
    const more = 'preprocess: { scale: "0.001" }\nthresholds: { score: "0.01" }';
    const model = await open(peaksModel({ ...shape, scoreTimesBrightness: true }), { more });
    expect((await model.detect(solid(200))).detections[0]!.score).toBeCloseTo(0.8 * 0.2, 5);
  });

  test("several workers share the calls, each answered as its own", async () => {
    const model = await open(peaksModel({ ...shape, scoreTimesBrightness: true }), {}, { workers: 2 });
    const levels = Array.from({ length: 60 }, (_, i) => 60 + 3 * i);
    const all = await Promise.all(levels.map((level) => model.detect(solid(level))));
    for (const [i, level] of levels.entries()) expect(all[i]!.detections[0]!.score).toBeCloseTo((0.8 * level) / 255, 4);
  });
});

describe("a model that does not fit is not opened", () => {
  test.each<[string, string, Uint8Array, Partial<ManifestFields>]>([
    [
      "digest",
      "model-digest-mismatch: .*/m.onnx: sha256 is [0-9a-f]{64}",
      peaksModel(shape),
      { sha256: "0".repeat(64) },
    ],
    ["no graph", "model-unloadable: m: ", Buffer.from("no graph at all"), {}],
    ["half a graph", "model-unloadable: m: ", peaksModel(shape).slice(0, 300), {}],
    ["unknown operator", "model-unloadable: m: .*Frobnicate", unknownOperator(), {}],
    [
      "width",
      'model-shape-mismatch: m: input "images" is .*: width is 64, the manifest says 96',
      peaksModel(shape),
      { width: 96 },
    ],
    ["rank", "model-shape-mismatch: m: input .* expected 4 dimensions", flat(), {}],
    [
      "classes",
      'model-shape-mismatch: m: output "scores" is \\[1, 2, 4, 8\\], expected \\[1, 3, any, any\\]',
      peaksModel(shape),
      { classes: ["a", "b", "c"] },
    ],
    ["family", 'model-shape-mismatch: m: output "scores" .* 5 \\+ 2 classes', peaksModel(shape), { family: "yolox" }],
    ["always NaN", 'model-output-invalid: m: output "scores" contains NaN', nanModel(shape), {}],
    ["missing file", "model-unreadable: .*none.onnx", peaksModel(shape), { uri: "file:none.onnx" }],
    ["manifest", "manifest-invalid: .*spec.family", peaksModel(shape), { family: "telepathy" }],
  ])("%s", async (_what, message, graph, more) => {
    expect(await failure(graph, more)).toMatch(new RegExp(`^${message}`, "s"));
  });

  test("every problem of a manifest is listed at once", async () => {
    const path = await manifestOf(peaksModel(shape), { width: 1, name: "m" });
    await appendFile(path, "  colour: blue\n");
    await expect(openModel(path, { workers: 1, threads: 1 })).rejects.toThrow(/spec\.input\.width[^]*colour/);
  });

  test("a manifest that is not there", async () => {
    const path = join(folder(), "none.yaml");
    await expect(openModel(path, { workers: 1, threads: 1 })).rejects.toMatchObject({ code: "model-unreadable" });
  });
});

test("NaN fails that call only", async () => {
  const model = await open(nanModel({ ...shape, nanAbove: 0.75 }));
  expect((await model.detect(solid(10))).detections).toHaveLength(1);
  await expect(model.detect(solid(250))).rejects.toMatchObject({ code: "model-output-invalid" });
  expect((await model.detect(solid(10))).detections).toHaveLength(1);
});

test("pictures that cannot be are refused", async () => {
  const model = await open(peaksModel(shape));
  const refused: [Picture, string][] = [
    [{ width: 4, height: 4, data: new Uint8Array(47) }, "bad-image"],
    [{ width: 0, height: 4, data: new Uint8Array(0) }, "bad-image"],
    [{ width: 5_000, height: 5_000, data: new Uint8Array(0) }, "too-large"],
  ];
  for (const [picture, code] of refused) await expect(model.detect(picture)).rejects.toMatchObject({ code });
});

test("a picture of one line is answered like any other", async () => {
  const model = await open(peaksModel(shape));
  const line = { width: 4_000, height: 1, data: new Uint8Array(12_000) };
  await expect(model.detect(line)).resolves.toHaveProperty("detections");
});

describe("tensors", () => {
  test("go in and come out as they are", async () => {
    const model = await open(peaksModel({ ...shape, scoreTimesBrightness: true }));
    const data = new Float32Array(2 * 3 * 32 * 64).fill(0.5);
    const [scores, boxes] = await model.inferTensor(data, [2, 3, 32, 64]);
    expect(scores).toMatchObject({ name: "scores", shape: [2, 2, 4, 8] });
    expect(scores!.data[32 + 2 * 8 + 3]).toBeCloseTo(0.4, 6);
    expect(boxes!.shape).toEqual([2, 4, 4, 8]);
    expect(data).toHaveLength(2 * 3 * 32 * 64);
  });

  test("of another shape, or with too few values, are refused", async () => {
    const model = await open(peaksModel(shape));
    const refused: [number[], number][] = [
      [[1, 3, 32, 32], 3 * 32 * 32],
      [[9, 3, 32, 64], 9 * 3 * 32 * 64],
      [[0, 3, 32, 64], 0],
      [[3, 32, 64], 3 * 32 * 64],
      [[1, 3, 32, 64], 5],
    ];
    for (const [wrong, length] of refused) {
      const call = model.inferTensor(new Float32Array(length), wrong);
      await expect(call).rejects.toMatchObject({ code: "bad-request" });
    }
  });
});

describe("when things go wrong in a worker", () => {
  test("a full queue refuses, and what it took is answered", async () => {
    const model = await open(peaksModel(shape));
    const calls = Array.from({ length: queuedJobs + 2 }, () => model.detect(solid(9)));
    const settled = await Promise.allSettled(calls);
    expect(settled.filter((call) => call.status === "fulfilled")).toHaveLength(queuedJobs + 1);
    expect(settled.at(-1)).toMatchObject({ status: "rejected", reason: { code: "overloaded" } });
  });

  test("a worker that crashes is replaced; its call fails, those that wait do not", async () => {
    const workers: Worker[] = [];
    const watch = (worker: Worker) => void workers.push(worker);
    process.on("worker", watch);
    onTestFinished(() => void process.off("worker", watch));
    const model = await open(peaksModel(shape));
    workers[0]!.postMessage(null, []);
    const calls = [model.detect(solid(9)), model.detect(solid(9)), model.detect(solid(9))];
    await expect(calls[0]).rejects.toMatchObject({ code: "internal", message: /m: a worker crashed: .*null/ });
    expect((await calls[1]!).detections).toHaveLength(1);
    expect((await calls[2]!).detections).toHaveLength(1);
    expect(workers).toHaveLength(2);
  });

  test("a worker that hangs is replaced, left to finish and then closed", async () => {
    const workers: Worker[] = [];
    const watch = (worker: Worker) => void workers.push(worker);
    process.on("worker", watch);
    onTestFinished(() => void process.off("worker", watch));
    const clock = new ManualClock();
    const graph = peaksModel({ ...shape, roundsOnWhite: 1_000_000 });
    const model = await open(graph, {}, {}, { clock, hungAfterMs: 1_000 });
    let hasEnded = false;
    const ended = new Promise((resolve) => workers[0]!.once("exit", resolve)).finally(() => {
      hasEnded = true;
    });
    const hung = model.detect(solid(255));
    const next = model.detect(solid(9));
    clock.advance(1_000);
    await expect(hung).rejects.toMatchObject({ code: "internal", message: "m: a run took more than 1000 ms" });
    clock.advance(0);
    expect((await next).detections).toHaveLength(1);
    expect(hasEnded, "the other one still runs").toBe(false);
    expect(await ended).toBe(0);
  });

  test("closing answers what was accepted, refuses what comes after, and ends the threads", async () => {
    let ends = 0;
    const watch = (worker: Worker) => void worker.once("exit", () => ends++);
    process.on("worker", watch);
    onTestFinished(() => void process.off("worker", watch));
    const model = await open(peaksModel(shape), {}, { workers: 2 });
    const calls = Array.from({ length: 20 }, () => model.detect(solid(9)));
    const closed = model.close();
    await expect(model.detect(solid(9))).rejects.toMatchObject({ code: "draining" });
    for (const { detections } of await Promise.all(calls)) expect(detections).toHaveLength(1);
    await closed;
    await until(() => ends === 2);
  });
});

/** A graph whose only node no runtime knows. */
function unknownOperator(): Uint8Array {
  return onnxFile({
    inputs: [{ name: "images", shape: ["n", 3, 32, 64] }],
    outputs: [{ name: "scores", shape: ["n"] }],
    nodes: [{ op: "Frobnicate", inputs: ["images"], outputs: ["scores"] }],
  });
}

function flat(): Uint8Array {
  return onnxFile({
    inputs: [{ name: "images", shape: [1, 6144] }],
    outputs: [{ name: "scores", shape: [1, 6144] }],
    nodes: [{ op: "Identity", inputs: ["images"], outputs: ["scores"] }],
  });
}
