import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { seededPrng, systemClock } from "@sluice/foundation";
import { type Capture, openCapture } from "@sluice/imaging";
import { repoRoot, sharedData, sharedDataReason } from "@sluice/testkit";
import { type Detection, iou, type Picture } from "@sluice/vision";
import { beforeAll, describe, expect, test } from "vitest";
import { checkModel } from "./check.ts";
import { readManifest } from "./manifest.ts";
import { type Model, openModel } from "./model.ts";
import { defaultStore, readModel } from "./store.ts";

const folder = join(repoRoot, "deploy/samples/models");
const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml"));
const shared = sharedData();
const title = shared ? "" : ` (${sharedDataReason})`;

test("there is a sample for each family that a public model has", async () => {
  const manifests = await Promise.all(files.map((file) => readManifest(join(folder, file))));
  expect(new Set(manifests.map(({ manifest }) => manifest.spec.family))).toEqual(
    new Set(["fastestdet", "nanodet", "yolox"]),
  );
});

test.each(files)("%s is valid, is named as its file and states a licence", async (file) => {
  const { manifest } = await readManifest(join(folder, file));
  expect(file).toBe(`${manifest.metadata.name}.yaml`);
  expect(manifest.metadata.annotations).toMatchObject({
    "sluice.dev/licence": expect.stringMatching(/^(Apache|BSD)-/),
  });
});

describe.skipIf(!shared)(`real models${title}`, () => {
  let frame: Picture;
  let reference: Detection[];

  beforeAll(async () => {
    frame = await streetFrame();
    reference = await peopleIn(frame, "yolox-nano-640");
  });

  test.each(files)("%s has the file's digest", async (file) => {
    const { manifest } = await readManifest(join(folder, file));
    expect((await readModel(manifest.spec, folder, defaultStore())).length).toBeGreaterThan(500_000);
  });

  /** Small models find fewer of the pedestrians, take two that walk together for one, and see some that are not there. */
  test.each([
    ["yolox-nano-416", 6],
    ["yolox-nano-256", 4],
    ["nanodet-m-320", 4],
    ["fastestdet-352", 5],
    ["light-person-detector-192", 3],
  ])("%s finds %i of the pedestrians that yolox-nano-640 finds", async (name, least) => {
    expect(reference.length).toBeGreaterThanOrEqual(6);
    const people = await peopleIn(frame, name);
    const found = reference.filter((person) => people.some((other) => iou(person, other) > 0.3));
    expect(found.length).toBeGreaterThanOrEqual(least);
    expect(people.length).toBeLessThan(3 * reference.length);
  });

  test("a check reports sizes and times", async () => {
    const report = await checkModel(join(folder, "fastestdet-352.yaml"));
    expect(report).toMatchObject({ name: "fastestdet-352", bytes: 997_967, detectionsOnNoise: 0 });
    expect(report.inputs).toEqual([{ name: "input.1", type: "float32", shape: [1, 3, 352, 352] }]);
    expect(report.msMedian).toBeGreaterThan(0);
    expect(report.msP99).toBeGreaterThanOrEqual(report.msMedian);
  });
});

async function peopleIn(picture: Picture, name: string): Promise<Detection[]> {
  const model: Model = await openModel(join(folder, `${name}.yaml`), { workers: 1, threads: 1 });
  try {
    const { detections } = await model.detect(picture);
    return detections.filter((d) => model.classes[d.classId] === "person" && d.score >= model.threshold);
  } finally {
    await model.close();
  }
}

/** A frame of a street with a dozen pedestrians, as decoded by the daemon's own capture. */
async function streetFrame(): Promise<Picture> {
  const options = { stream: "street", source: `file:${join(shared!, "videos/vtest.avi")}`, loop: false, masks: [] };
  const capture = openCapture(
    { ...options, stallAfterMs: 30_000, pace: "asap" },
    { clock: systemClock, prng: seededPrng(1), onState: () => undefined },
  );
  try {
    for (let index = 0; ; index++) {
      const { width, height, data, release } = await nextOf(capture);
      const copy = { width, height, data: data.slice() };
      release();
      if (index === 100) return copy;
    }
  } finally {
    await capture.close();
  }
}

async function nextOf(capture: Capture) {
  const frame = await capture.next();
  if (!frame) throw new Error("the footage ended early");
  return { ...frame, release: () => frame.release() };
}
