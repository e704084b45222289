import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTrace } from "./reader.ts";
import { scenery, sceneryLines } from "./trace.builder.ts";
import { frameLine, headerLine } from "./writer.ts";

const lines = sceneryLines({ frames: 5, streams: ["gate", "yard"] });
const changed = (index: number, change: (value: Record<string, unknown>) => unknown) =>
  lines.with(index, JSON.stringify(change(JSON.parse(lines[index]!) as Record<string, unknown>)));
const problem = (bad: string[]) =>
  readTrace(bad, "T.jsonl").then(
    () => "read",
    (error: Error) => error.message,
  );

describe("a trace", () => {
  it("is the same after it was written and read again", async () => {
    const trace = await scenery({ frames: 20, streams: ["a", "b"] });
    const written = [headerLine(trace.header), ...trace.frames.map((frame) => frameLine(trace.header, frame))];
    expect(await readTrace(written, "again")).toEqual(trace);
  });

  it("reads and writes the lines of its description as they are", async () => {
    const golden = [
      '{"format":"sluice.trace","version":1,"task":"detection","classes":["person","bicycle"],"edge":{"model":"fastestdet_352","threshold":0.35},"cloud":{"model":"yolox_nano_640","threshold":0.35},"rungs":[{"name":"full","width":768,"height":576,"quality":75}],"streams":[{"name":"gate-1","width":768,"height":576,"fps":10,"related":true}]}',
      '{"stream":"gate-1","frame":0,"t":0,"edge":[[10,20,50,90,0.71,0]],"cloud":{"full":[[11,19,52,93,0.88,0]]},"bytes":{"full":65536},"truth":[[11,20,52,92,1,0]],"signals":{"motion":0.02}}',
    ];
    const { header, frames } = await readTrace(golden, "golden");
    expect([headerLine(header), frameLine(header, frames[0]!)]).toEqual(golden);
  });

  it("keeps the labels of a classification, best first", async () => {
    const header = { ...(JSON.parse(lines[0]!) as object), task: "classification" };
    const labels = [
      [0.2, 0],
      [0.7, 1],
    ];
    const frame = { stream: "gate", frame: 0, t: 0, edge: labels, cloud: { full: labels }, bytes: { full: 9 } };
    const trace = await readTrace([JSON.stringify(header), JSON.stringify(frame)], "labels");
    expect(trace.frames[0]!.edge.map(({ score, classId }) => [score, classId])).toEqual(labels.toReversed());
    expect(JSON.parse(frameLine(trace.header, trace.frames[0]!))).toEqual({
      ...frame,
      edge: labels.toReversed(),
      cloud: { full: labels.toReversed() },
    });
  });

  it("may have keys that nobody knows", async () => {
    expect(await problem(changed(3, (frame) => ({ ...frame, weather: "rain" })))).toBe("read");
  });
});

describe("a line that does not belong there", () => {
  const box =
    (...entry: unknown[]) =>
    (frame: Record<string, unknown>) => ({ ...frame, edge: [entry] });
  it.each([
    ["is cut short", lines.with(4, lines[4]!.slice(0, 40)), /^T\.jsonl, line 5: not JSON/],
    ["is empty", lines.with(4, ""), /^T\.jsonl, line 5: not JSON/],
    ["is a list", lines.with(4, "[]"), "T.jsonl, line 5: the line: must be an object"],
    [
      "is of an unknown stream",
      changed(4, (f) => ({ ...f, stream: "attic" })),
      'T.jsonl, line 5: stream: "attic" is not in the header',
    ],
    [
      "goes back in time",
      changed(5, (f) => ({ ...f, t: 0 })),
      "T.jsonl, line 6: t: 0 goes back: the line before has 0.1",
    ],
    [
      "repeats a frame",
      changed(3, (f) => ({ ...f, frame: 0 })),
      "T.jsonl, line 4: frame: 0 comes after 0 of the same stream",
    ],
    [
      "has a box inside out",
      changed(2, box(50, 10, 20, 90, 0.5, 0)),
      "T.jsonl, line 3: edge[0]: x2 (20) is less than x1 (50)",
    ],
    [
      "has a box upside down",
      changed(2, box(5, 90, 20, 10, 0.5, 0)),
      "T.jsonl, line 3: edge[0]: y2 (10) is less than y1 (90)",
    ],
    [
      "has a box far outside",
      changed(2, box(5, 90, 2e9, 10, 0.5, 0)),
      /line 3: edge\[0\] x2: must be a number from -640 to 1280, it is 2000000000/,
    ],
    [
      "has no number",
      lines.with(2, lines[2]!.replace(/"t":0/, '"t":null')),
      /line 3: t: must be a number from 0 to 1000000000, it is null/,
    ],
    [
      "has an infinite number",
      lines.with(2, lines[2]!.replace(/"t":0/, '"t":1e999')),
      /line 3: t: must be a number .*, it is Infinity/,
    ],
    ["has a score above 1", changed(2, box(5, 10, 20, 90, 1.5, 0)), /line 3: edge\[0\] score/],
    [
      "has an unknown class",
      changed(2, box(5, 10, 20, 90, 0.5, 2)),
      /line 3: edge\[0\] class: must be a whole number from 0 to 1, it is 2/,
    ],
    [
      "has a box of five numbers",
      changed(2, box(5, 10, 20, 90, 0.5)),
      "T.jsonl, line 3: edge[0]: must be [x1, y1, x2, y2, score, class]",
    ],
    [
      "has negative bytes",
      changed(2, (f) => ({ ...f, bytes: { full: -1 } })),
      /line 3: bytes\.full: must be a whole number from 1/,
    ],
    ["lacks a rung", changed(2, (f) => ({ ...f, cloud: {} })), "T.jsonl, line 3: cloud.full: is missing"],
    [
      "has an unknown rung",
      changed(2, (f) => ({ ...f, bytes: { full: 1, tiny: 1 } })),
      "T.jsonl, line 3: bytes.tiny: the header has no such rung",
    ],
    [
      "has too many boxes",
      changed(2, (f) => ({ ...f, edge: Array.from({ length: 1_001 }, () => 1) })),
      /line 3: edge: has 1001 entries, at most 1000/,
    ],
    ["has a motion above 1", changed(2, (f) => ({ ...f, signals: { motion: 2 } })), /line 3: signals\.motion/],
    ["moves by two pictures", changed(2, (f) => ({ ...f, signals: { shiftY: -2 } })), /line 3: signals\.shiftY/],
  ])("%s", async (_, bad, message) => {
    expect(await problem(bad)).toMatch(message);
  });

  it("may be the first one", async () => {
    expect(await problem([])).toBe("T.jsonl, line 1: the trace is empty: its first line must be the header");
    expect(await problem(["{}"])).toMatch('line 1: format: must be "sluice.trace", it is undefined');
    expect(await problem(changed(0, (h) => ({ ...h, version: 2 })))).toMatch(
      "line 1: version 2 of the format; this program reads 1",
    );
    expect(await problem(changed(0, (h) => ({ ...h, rungs: [] })))).toMatch(/line 1: 1 problem\(s\)\n {2}rungs: /);
    expect(await problem(changed(0, (h) => ({ ...h, streams: [{ name: "a/b", width: -1 }] })))).toMatch(
      /streams\[0\]\.width/,
    );
  });
});

describe("hostile traces", () => {
  it("are read, or refused with the line named, whatever is in them", async () => {
    const text = lines.join("\n");
    const edits = fc.array(fc.tuple(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.nat(20)), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(edits, async (all) => {
        const bad = all.reduce(
          (before, [at, insert, cut]) => before.slice(0, at) + insert + before.slice(at + cut),
          text,
        );
        expect(await problem(bad.split("\n"))).toMatch(/^read$|^T\.jsonl, line \d+: /);
      }),
      { numRuns: 500 },
    );
  });

  it("may hold any JSON anywhere", async () => {
    const keys = ["stream", "frame", "t", "edge", "cloud", "bytes", "truth", "signals"];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), fc.jsonValue(), async (key, value) => {
        expect(await problem(changed(2, (frame) => ({ ...frame, [key]: value })))).toMatch(
          /^read$|^T\.jsonl, line \d+: /,
        );
      }),
      { numRuns: 500 },
    );
  });
});
