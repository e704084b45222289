import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { merge } from "./merge.ts";
import { readPolicy } from "./policy.ts";
import { readSummary } from "./read-summary.ts";
import { readRecord, recordOf } from "./records.ts";
import { report } from "./report/page.ts";
import { run } from "./run.ts";
import { specFor } from "./spec.builder.ts";
import { summarise } from "./summary.ts";
import { scenery } from "./trace.builder.ts";
import type { Trace } from "./trace.ts";
import { tryPolicy } from "./trial.ts";
import { explain } from "./why.ts";

const draft = readPolicy(
  "apiVersion: sluice.dev/v1alpha1\nkind: OffloadPolicy\nmetadata: {name: plain}\nspec: {}\n",
  "P.yaml",
);

function tried(trace: Trace, name = "T.jsonl") {
  const trial = tryPolicy(trace, {
    draft,
    seed: 1,
    road: { network: undefined, rttMs: 0 },
    budget: { share: 0.2 },
    compare: ["periodic", "oracle"],
    optima: true,
    curve: true,
  });
  const summary = summarise(trace, trial, { trace: name, policyName: draft.name, seed: 1, rttMs: 0, network: null });
  return { trial, summary, records: trial.run.frames.map((each) => recordOf(trace.header, each)) };
}
const scene = await scenery({ frames: 60, streams: ["gate", "yard"] });
const result = tried(scene);

describe("a trial", () => {
  it("holds the policy between never and what hindsight could do, stream by stream and in all", () => {
    for (const outcome of [result.summary.all, ...result.summary.streams]) {
      expect(outcome.never.score).toBeLessThan(outcome.score);
      expect(outcome.always.score).toBe(1);
      expect(outcome.optima!.O3.bound).toBeGreaterThan(outcome.optima!.O1.bound);
    }
    expect(result.summary.all.optima!.O3.share).toBeLessThanOrEqual(0.2);
    expect(result.summary.all.bytes).toBe(result.summary.streams.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it("gives more score for more bytes to who knows the future", () => {
    const scores = result.summary.curve.filter(({ by }) => by === "O3").map(({ score }) => score);
    expect(scores.length).toBeGreaterThan(5);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
  });

  it("scores labels by the best one, and carries nothing between frames that are not related", async () => {
    const { header, frames } = scene;
    const label = (score: number, classId: number) => ({ x1: 0, y1: 0, x2: 640, y2: 480, score, classId });
    const labels: Trace = {
      header: {
        ...header,
        task: "classification",
        streams: header.streams.map((s, i) => ({ ...s, related: i === 0 })),
      },
      frames: frames.map((frame) => ({ ...frame, edge: [label(0.6, 0)], cloud: [[label(0.9, 1)]] })),
    };
    const { summary } = tried(labels);
    expect(summary.all.never.score).toBe(0);
    const [related, items] = summary.streams;
    expect(items!.score).toBeCloseTo(items!.sent / items!.frames, 5);
    expect(related!.score).toBeGreaterThan(2 * (related!.sent / related!.frames));
  });

  it("carries no box between frames that are not related", () => {
    const apart: Trace = {
      ...scene,
      header: { ...scene.header, streams: scene.header.streams.map((s) => ({ ...s, related: false })) },
    };
    const blind: Trace = { ...apart, frames: apart.frames.map((frame) => ({ ...frame, edge: [] })) };
    const { records } = tried(blind);
    expect(records.filter(({ action, answer }) => action === "skip" && answer.length > 0)).toEqual([]);
  });
});

describe("results", () => {
  it("are read as they were written", () => {
    expect(readSummary(JSON.stringify(result.summary), "S")).toEqual(result.summary);
    const line = JSON.stringify(result.records[5]);
    expect(readRecord(line, "D, line 6")).toEqual(result.records[5]);
  });

  it("are refused with the place named where something else stands in them", () => {
    const text = JSON.stringify(result.summary);
    const outcome = (read: () => unknown) => {
      try {
        return read() ? "read" : "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    const spoilt = fc.tuple(fc.nat(text.length - 1), fc.string({ maxLength: 2 }), fc.nat(6));
    fc.assert(
      fc.property(spoilt, ([at, insert, cut]) => {
        const bad = text.slice(0, at) + insert + text.slice(at + cut);
        expect(
          outcome(() => report([{ name: "bad", summary: readSummary(bad, "S"), records: result.records }])),
        ).toMatch(/^read$|^S: /);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(outcome(() => readRecord(JSON.stringify(value), "D, line 1"))).toMatch(/^D, line 1: /);
      }),
    );
  });

  it("explain a frame by its neighbours, too", () => {
    const at = result.records.findLastIndex(({ action }) => action === "send");
    const told = explain(result.records, at).join("\n");
    expect(told).toContain("sent as full, 10.0 kB");
    expect(told).toContain("no frame was sent after");
  });

  it("say with which chance each frame was drawn, so that audits speak for all frames without bias", async () => {
    const trace = await scenery({ frames: 4_000 });
    const { frames } = run(trace, { spec: specFor(trace, 0.2), seed: 1, road: { network: undefined, rttMs: 0 } });
    const records = frames.map((each) => recordOf(trace.header, each));
    const drawable = records.filter(({ propensity }) => propensity! > 0);
    const audits = records.filter(({ reason, action }) => reason === "audit" && action === "send");
    const weight = audits.reduce((sum, { propensity }) => sum + 1 / propensity!, 0);
    // A sum over about 25 draws: its standard deviation is a fifth of it.
    expect(audits.length).toBeGreaterThan(10);
    expect(Math.abs(weight / drawable.length - 1)).toBeLessThan(0.6);
    const told = explain(records, records.indexOf(audits[0]!)).join("\n");
    expect(told).toContain(`a chance of ${audits[0]!.propensity!.toPrecision(3)} to be drawn for an audit`);
  });

  it("make a page without a word of markup from outside", () => {
    const name = `<script>alert("x")</script>`;
    const { summary, records } = tried(scene, name);
    const page = report([
      { name, summary, records },
      { name: "other", summary, records },
    ]);
    expect(page).not.toContain("<script");
    expect(page).toContain("&#60;script&#62;");
  });
});

describe("merging", () => {
  it("keeps every frame, in order of time, and each with its own stream", async () => {
    const other = await scenery({ frames: 30, streams: ["roof"], fps: 7 });
    const { header, frames } = merge([
      { name: "a", trace: scene },
      { name: "b", trace: other },
    ]);
    expect(header.streams.map(({ name }) => name)).toEqual(["gate", "yard", "roof"]);
    expect(frames.map(({ t }) => t)).toEqual(frames.map(({ t }) => t).toSorted((a, b) => a - b));
    expect(frames.filter(({ stream }) => stream === 2).map(({ edge }) => edge)).toEqual(
      other.frames.map(({ edge }) => edge),
    );
    const foreign = { ...other, header: { ...other.header, classes: ["cat"] } };
    expect(() =>
      merge([
        { name: "a", trace: scene },
        { name: "b", trace: foreign },
      ]),
    ).toThrow("b, line 1: its classes differ from those of a");
  });
});
