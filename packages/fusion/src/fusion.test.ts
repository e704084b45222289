import { seededPrng } from "@sluice/foundation";
import { type Detection, frameF1, still } from "@sluice/vision";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fusion } from "./fusion.ts";
import { advance, type Track, unseenKept } from "./track.ts";

const frameMs = 100;
const size = { width: 640, height: 360 };
const options = { ...size, threshold: 0.35, limit: 100 };

const at = (x: number, y: number, score = 0.8, classId = 0, side = 40): Detection => ({
  x1: x,
  y1: y,
  x2: x + side,
  y2: y + side,
  score,
  classId,
});

/** A scene: `person` walks and the edge sees it a little off, `far` stands still unseen, `sign` fools the edge. */
function scene(frame: number) {
  const person = at(50 + frame * 2, 100);
  const far = at(400, 60, 0.7, 0, 16);
  const sign = at(300, 200, 0.6);
  const edge = [{ ...person, x1: person.x1 - 6, y1: person.y1 - 6, score: 0.5 }, sign];
  return { edge, truth: [person, far] };
}

/** Mean F1 of the answers while every `every`-th frame is answered by the cloud `lag` frames later. */
function play(frames: number, every: number, lag = 0) {
  const fusion = new Fusion(options);
  const waiting: number[] = [];
  let sum = 0;
  for (let frame = 0; frame < frames; frame++) {
    const { edge, truth } = scene(frame);
    sum += frameF1(fusion.frame(frame, frame * frameMs, edge).answer, truth);
    if (every > 0 && frame % every === 0) waiting.push(frame);
    if (waiting[0] !== undefined && waiting[0] + lag <= frame) {
      const asked = waiting.shift()!;
      fusion.reply(asked, scene(asked).truth);
    }
  }
  return sum / frames;
}

describe("Fusion", () => {
  it("without replies answers what the edge model is confident of", () => {
    const fusion = new Fusion(options);
    const { answer } = fusion.frame(0, 0, [at(0, 0, 0.9), at(100, 100, 0.1)]);
    expect(answer.map((d) => d.x1)).toEqual([0]);
  });

  it("carries what the edge never sees, suppresses what the cloud rejected, and keeps the better box", () => {
    expect(play(200, 0)).toBeCloseTo(0.5, 1);
    expect(play(200, 20)).toBeGreaterThan(0.95);
  });

  it("follows a bounded number of things that are not seen, and forgets what was confirmed last", () => {
    const prng = seededPrng(2);
    const clutter = () => Array.from({ length: 60 }, () => at(prng.next() * 600, prng.next() * 320, 0.2, 0, 6));
    let tracks: Track[] = advance([], { edge: [at(10, 10)], atMs: 0, camera: still }, 0, size).map((track) => ({
      ...track,
      verdict: "confirmed",
    }));
    for (let frame = 1; frame < 40; frame++) {
      tracks = advance(tracks, { edge: clutter(), atMs: frame + 1, camera: still }, frame, size);
      expect(tracks.filter((track) => !track.edge).length).toBeLessThanOrEqual(unseenKept);
    }
    expect(tracks.filter((track) => track.edge)).toHaveLength(60);
    expect(tracks.filter((track) => track.verdict === "confirmed")).toHaveLength(1);
  });

  it("rolls late replies forward to the present", () => {
    expect(play(200, 20, 8)).toBeGreaterThan(0.9);
  });

  it("lets go of what has left the picture", () => {
    const fusion = new Fusion(options);
    const walker = (frame: number) => at(560 + frame * 10, 100);
    for (let frame = 0; frame < 4; frame++) fusion.frame(frame, frame * frameMs, [walker(frame)]);
    fusion.reply(3, [walker(3)]);
    let answer: Detection[] = [];
    for (let frame = 4; frame < 20; frame++) ({ answer } = fusion.frame(frame, frame * frameMs, []));
    expect(answer).toEqual([]);
  });

  /** How often something is answered in the first and in the last hundred frames, replies showing `reference`. */
  function learning(reference: (frame: number) => Detection) {
    const fusion = new Fusion(options);
    const answers: number[] = [];
    for (let frame = 0; frame < 1_500; frame++) {
      answers.push(fusion.frame(frame, frame * frameMs, []).answer.length);
      if (frame % 10 === 0) fusion.reply(frame, [reference(frame)]);
    }
    const count = (part: number[]) => part.reduce((a, b) => a + b);
    return { early: count(answers.slice(0, 100)), late: count(answers.slice(-100)) };
  }

  it("learns from replies not to carry what never stays where it was", () => {
    const prng = seededPrng(3);
    const { early, late } = learning(() => at(100 + prng.next() * 400, 50 + prng.next() * 200, 0.95));
    expect(early).toBeGreaterThan(5);
    expect(late).toBeLessThan(early / 3);
  });

  it("learns from replies to carry what stays, though the edge never sees it", () => {
    const { early, late } = learning(() => at(0, 100, 0.4));
    expect(early).toBeLessThan(90);
    expect(late).toBe(100);
  });

  it("returns what was answered before the reply, for the frame that it belongs to", () => {
    const fusion = new Fusion(options);
    const { answer } = fusion.frame(0, 0, [at(0, 0)]);
    fusion.frame(1, frameMs, [at(300, 300)]);
    expect(fusion.reply(0, [])?.before).toEqual(answer);
  });

  it("ignores replies of frames unknown, repeated or overtaken", () => {
    const fusion = new Fusion(options);
    for (let frame = 0; frame < 400; frame++) fusion.frame(frame, frame * frameMs, []);
    expect(fusion.reply(3, [at(0, 0)])).toBeUndefined();
    expect(fusion.reply(900, [at(0, 0)])).toBeUndefined();
    expect(fusion.reply(399, [at(200, 100)])?.before).toEqual([]);
    expect(fusion.reply(399, [])).toBeUndefined();
    expect(fusion.reply(398, [])).toBeUndefined();
    expect(fusion.frame(400, 40_000, []).answer).toHaveLength(1);
  });

  it("answers any frames and replies with boxes inside the picture, without duplicates, within the limit", () => {
    const box = fc
      .tuple(
        fc.double({ min: -100, max: 700, noNaN: true }),
        fc.double({ min: -100, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 2 }),
      )
      .map(([x, y, side, score, classId]) => at(x, y, score, classId, side));
    const boxes = fc.array(box, { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(fc.tuple(boxes, fc.option(fc.tuple(fc.nat(9), boxes)))), (frames) => {
        const fusion = new Fusion({ ...options, limit: 20 });
        for (const [frame, [edge, reply]] of frames.entries()) {
          const { answer, f1 } = fusion.frame(frame, frame * frameMs, edge);
          expect(f1 >= 0 && f1 <= 1).toBe(true);
          expect(answer.length).toBeLessThanOrEqual(20);
          for (const d of answer) {
            expect(d.x1 >= 0 && d.x2 <= 640 && d.y1 >= 0 && d.y2 <= 360 && d.x1 <= d.x2 && d.y1 <= d.y2).toBe(true);
            expect(d.score > 0 && d.score <= 1).toBe(true);
          }
          if (reply) fusion.reply(frame - reply[0], reply[1]);
        }
      }),
    );
  });
});
