import { seededPrng } from "@sluice/foundation";
import { describe, expect, it } from "vitest";
import { Network } from "./network.ts";
import { readTrace } from "./reader.ts";
import { type Replayed, type RunOptions, run } from "./run.ts";
import { scoredAlone, scoredNever } from "./scored.ts";
import { specFor } from "./spec.builder.ts";
import { scenery, sceneryLines } from "./trace.builder.ts";
import { secondsOf, type Trace } from "./trace.ts";

/** Of a product of two fractions. */
const rounding = 1e-6;
const atOnce = { network: undefined, rttMs: 0 };
const options = (trace: Trace, share: number, changes: Partial<RunOptions> = {}): RunOptions => ({
  spec: specFor(trace, share),
  seed: 1,
  road: atOnce,
  ...changes,
});
const decided = ({ action, reason, bytes, value, price, rung, signals }: Replayed) =>
  JSON.stringify({ action, reason, bytes, value, price, rung, signals });
const mean = (frames: readonly Replayed[]) => frames.reduce((sum, { score }) => sum + score, 0) / frames.length;
const sentOf = (frames: readonly Replayed[]) => frames.filter(({ action }) => action === "send");

describe("a run", () => {
  it("answers a frame that was sent with the cloud's answer, and later ones better than without", async () => {
    const trace = await scenery({ frames: 200 });
    const { frames } = run(trace, options(trace, 0.2));
    const never = run(trace, { ...options(trace, 0.2), spec: specFor(trace, 0.2, "never") });
    const sent = sentOf(frames);
    expect(sent.length).toBeGreaterThan(20);
    expect(sent.every(({ score, arrivedAt, frame }) => score === 1 && arrivedAt === frame.t)).toBe(true);
    expect(mean(frames.filter(({ action }) => action === "skip"))).toBeGreaterThan(mean(never.frames) + 0.05);
  });

  it("without fusion, is worth the edge's answers where nothing is sent, and the cloud's where it is", async () => {
    const trace = await scenery({ frames: 100 });
    const { frames } = run(trace, options(trace, 0.2));
    const [never, alone] = [scoredNever(trace)[0]!.scores, scoredAlone(trace, { frames, beliefs: [] })[0]!.scores];
    expect(alone).toEqual(frames.map(({ action }, i) => (action === "send" ? 1 : never[i])));
  });

  it("never spends more than budget × time, whatever the policy, the frames and the seed", async () => {
    for (const policy of ["learned", "always", "periodic", "random", "difference"] as const) {
      for (const share of [0, 0.013, 0.2, 1]) {
        const trace = await scenery({ frames: 120, streams: ["a", "b"], seed: 7 });
        const spec = specFor(trace, share, policy);
        const { frames } = run(trace, { spec, seed: 3, road: atOnce });
        let bytes = 0;
        for (const each of frames) {
          bytes += each.bytes;
          expect(bytes).toBeLessThanOrEqual(spec.budget.rate * each.frame.t + rounding);
        }
      }
    }
  });

  it("sends nothing where the budget is nothing", async () => {
    const trace = await scenery({ frames: 50 });
    const { frames } = run(trace, { ...options(trace, 0), spec: specFor(trace, 0, "always") });
    expect(frames.map(({ reason, bytes }) => [reason, bytes])).toEqual(frames.map(() => ["budget", 0]));
  });

  it("is the same for the same seed, and another for another", async () => {
    const trace = await scenery({ frames: 150 });
    const once = run(trace, options(trace, 0.2)).frames.map(decided);
    expect(run(trace, options(trace, 0.2)).frames.map(decided)).toEqual(once);
    expect(run(trace, options(trace, 0.2, { seed: 2 })).frames.map(decided)).not.toEqual(once);
  });

  it("shares one bucket between its streams", async () => {
    const trace = await scenery({ frames: 100, streams: ["a", "b", "c"] });
    const spec = specFor(trace, 0.1);
    const { frames } = run(trace, { spec, seed: 1, road: atOnce });
    const bytes = frames.reduce((sum, each) => sum + each.bytes, 0);
    expect(bytes).toBeGreaterThan(0.6 * spec.budget.rate * secondsOf(trace));
    expect(new Set(sentOf(frames).map(({ frame }) => frame.stream)).size).toBe(3);
  });
});

describe("a focus", () => {
  const focused = (trace: Trace, classes: string[]) => {
    const spec = specFor(trace, 0.2);
    return run(trace, {
      ...options(trace, 0.2),
      spec: { ...spec, audit: { share: 0 }, focus: { classes, zones: {} } },
    });
  };

  it("on a class that nobody sees saves the bytes; on all that there is, it changes nothing", async () => {
    const trace = await scenery({ frames: 900 });
    const [everything, people, dogs] = [focused(trace, []), focused(trace, ["person"]), focused(trace, ["dog"])];
    expect(people.frames.map(decided)).toEqual(everything.frames.map(decided));
    const late = ({ frames }: typeof dogs) => sentOf(frames.slice(600)).length;
    expect(late(everything)).toBeGreaterThan(30);
    expect(late(dogs)).toBeLessThan(late(everything) / 5);
    expect(dogs.frames.every(({ score, action }) => action === "skip" || score === 1)).toBe(true);
  });

  it("goes without classes that the trace does not know", async () => {
    const trace = await scenery({ frames: 100 });
    expect(focused(trace, ["moon"]).frames.map(decided)).toEqual(focused(trace, []).frames.map(decided));
  });
});

describe("causality", () => {
  it("decides alike when the cloud's answers to unsent frames are garbage", async () => {
    const lines = sceneryLines({ frames: 150, streams: ["a", "b"] });
    const trace = await readTrace(lines, "true");
    for (const road of [atOnce, { network: new Network([{ atMs: 0, bytesPerMs: 20 }]), rttMs: 80 }]) {
      const { frames } = run(trace, options(trace, 0.15, { road }));
      const prng = seededPrng(5);
      const garbled = lines.map((line, i) =>
        i === 0 || frames[i - 1]!.action === "send" ? line : garble(line, prng.next()),
      );
      const again = run(await readTrace(garbled, "garbled"), options(trace, 0.15, { road }));
      expect(again.frames.map(decided)).toEqual(frames.map(decided));
      expect(again.frames.map(({ answer }) => answer)).toEqual(frames.map(({ answer }) => answer));
    }
  });

  it("decides alike whatever the truth is", async () => {
    const lines = sceneryLines({ frames: 100 });
    const trace = await readTrace(lines, "without");
    const told = lines.map((line, i) =>
      i === 0 ? line : JSON.stringify({ ...JSON.parse(line), truth: [[0, 0, 9, 9, 1, 1]] }),
    );
    const again = run(await readTrace(told, "told"), options(trace, 0.2));
    expect(again.frames.map(decided)).toEqual(run(trace, options(trace, 0.2)).frames.map(decided));
  });
});

/** Another answer to the frame, from a model that has lost its mind. */
function garble(line: string, at: number): string {
  const nonsense = [[640 * at, 10, 640 * at + 50, 400, 0.99, 1]];
  return JSON.stringify({ ...JSON.parse(line), cloud: { full: nonsense } });
}

describe("the network", () => {
  it("delays replies by the transfer and the round trip", async () => {
    const trace = await scenery({ frames: 100 });
    const network = new Network([{ atMs: 0, bytesPerMs: 100 }]);
    const { frames } = run(trace, options(trace, 0.2, { road: { network, rttMs: 50 } }));
    for (const { arrivedAt, frame } of sentOf(frames)) expect(arrivedAt).toBeCloseTo(frame.t + 0.15, 6);
  });

  it("lets a late reply correct later frames only", async () => {
    const trace = await scenery({ frames: 200 });
    const network = new Network([{ atMs: 0, bytesPerMs: 100 }]);
    const base = specFor(trace, 0.2, "periodic");
    const tight = { ...base, delivery: { ...base.delivery, deadline: 100 } };
    const late = run(trace, { spec: tight, seed: 1, road: { network, rttMs: 300 } }).frames;
    const never = run(trace, { ...options(trace, 0.2), spec: specFor(trace, 0.2, "never") }).frames;
    const sent = sentOf(late);
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.every(({ answer, frame }) => JSON.stringify(answer) !== JSON.stringify(frame.cloud[0]))).toBe(true);
    expect(mean(late)).toBeGreaterThan(mean(never));
  });

  it("sends next to nothing over a dead link, and probes it", async () => {
    const trace = await scenery({ frames: 600 });
    const network = new Network([{ atMs: 0, bytesPerMs: 0 }]);
    const { frames } = run(trace, options(trace, 0.5, { road: { network, rttMs: 80 } }));
    expect(frames.some(({ reason }) => reason === "silent")).toBe(true);
    expect(sentOf(frames).length).toBeLessThan(30);
    expect(frames.every(({ arrivedAt }) => arrivedAt === undefined)).toBe(true);
  });
});
