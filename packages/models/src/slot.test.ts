import { nanModel, type PeaksOptions, peaksModel, tempDir, writeModel } from "@sluice/testkit";
import type { Picture } from "@sluice/vision";
import { expect, onTestFinished, test } from "vitest";
import { ModelSlot } from "./slot.ts";

const shape: PeaksOptions = {
  width: 64,
  height: 32,
  stride: 8,
  classes: 1,
  peaks: [{ classId: 0, column: 3, row: 2, score: 0.8, distances: [4, 5, 6, 7] }],
};
const picture: Picture = { width: 64, height: 32, data: new Uint8Array(new SharedArrayBuffer(3 * 64 * 32)) };

async function setUp() {
  const dir = tempDir();
  onTestFinished(() => dir.remove());
  const write = (name: string, graph: Uint8Array, sha256?: string) =>
    writeModel(dir.path, graph, {
      name,
      family: "peaks",
      width: 64,
      height: 32,
      classes: ["a"],
      ...(sha256 && { sha256 }),
    });
  const slot = await ModelSlot.open(await write("first", peaksModel(shape)), { workers: 1, threads: 1 });
  onTestFinished(() => slot.close());
  return { slot, write };
}

test("a swap puts the new model in place; calls under way end on the old one", async () => {
  const { slot, write } = await setUp();
  const second = await write("second", peaksModel({ ...shape, peaks: [] }));
  const old = slot.model;
  const swap = slot.swap(second);
  let onOld = 0;
  while (slot.model === old) {
    expect((await slot.model.detect(picture)).detections).toHaveLength(1);
    onOld++;
  }
  const { detections } = await slot.model.detect(picture);
  await swap;
  expect(onOld).toBeGreaterThan(0);
  expect(detections).toHaveLength(0);
  expect(slot.model.name).toBe("second");
  await expect(old.detect(picture)).rejects.toMatchObject({ code: "draining" });
});

test("a bad model leaves the last good one at work", async () => {
  const { slot, write } = await setUp();
  const bad = [
    [await write("nan", nanModel(shape)), "model-output-invalid"],
    [await write("digest", peaksModel(shape), "0".repeat(64)), "model-digest-mismatch"],
    [await write("wide", peaksModel({ ...shape, width: 128 })), "model-shape-mismatch"],
    [await write("garbage", Buffer.from("garbage")), "model-unloadable"],
  ] as const;
  for (const [path, code] of bad) {
    await expect(slot.swap(path)).rejects.toMatchObject({ code });
    expect(slot.model.name).toBe("first");
    expect((await slot.model.detect(picture)).detections).toHaveLength(1);
  }
});

test("of two swaps asked for at once, the later one wins", async () => {
  const { slot, write } = await setUp();
  const paths = [await write("second", peaksModel(shape)), await write("third", peaksModel(shape))] as const;
  await Promise.all(paths.map((path) => slot.swap(path)));
  expect(slot.model.name).toBe("third");
});
