import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { tempDir } from "@sluice/testkit";
import { expect, test } from "vitest";
import { meanF1, readTruth } from "./reference.ts";

const header = JSON.stringify({ format: "sluice.truth", version: 1, classes: ["person", "car"] });
const box = (x: number, classId: number) => [x, 0, x + 10, 10, 1, classId];

function write(folder: string, lines: unknown[]): string {
  const text = [header, ...lines.map((line) => JSON.stringify(line))].join("\n");
  writeFileSync(join(folder, "gate.truth.jsonl.gz"), gzipSync(`${text}\n`));
  return join(folder, "gate.mp4");
}

test("answers are scored by class name against the truth of the frame in the file", async () => {
  await using dir = tempDir();
  const truth = readTruth(
    write(dir.path, [
      { frame: 0, truth: [box(0, 0), box(50, 1)] },
      { frame: 1, truth: [] },
    ]),
  )!;
  const both = {
    classes: ["car", "person", "dog"],
    boxes: [
      [0, 0, 10, 10, 0.9, 1],
      [50, 0, 60, 10, 0.9, 0],
      [90, 0, 99, 9, 0.9, 2],
    ],
  };
  const swapped = {
    classes: ["person", "car"],
    boxes: [
      [0, 0, 10, 10, 0.9, 1],
      [50, 0, 60, 10, 0.9, 0],
    ],
  };
  const score = (answer: typeof both, sourceFrame: number) => meanF1([{ sourceFrame, answer: answer as never }], truth);
  expect(score(both, 0)).toEqual({ f1: 1, frames: 1 });
  expect(score(swapped, 0)).toEqual({ f1: 0, frames: 1 });
  expect(score({ classes: [], boxes: [] }, 1)).toEqual({ f1: 1, frames: 1 });
  expect(score(both, 2)).toEqual({ f1: null, frames: 0 });
});

test("a video without truth has none; a broken truth file is named with the reason", async () => {
  await using dir = tempDir();
  expect(readTruth(join(dir.path, "gate.mp4"))).toBeUndefined();
  const video = write(dir.path, [{ frame: 1, truth: [] }]);
  expect(() => readTruth(video)).toThrow(/gate\.truth\.jsonl\.gz: not a truth file: line 2 is frame 1, not 0/);
});
