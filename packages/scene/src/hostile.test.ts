import { limits, offloadSchema, policies } from "@sluice/contracts";
import { seededPrng } from "@sluice/foundation";
import { Price, type RoadView, TokenBucket } from "@sluice/offload";
import { type Detection, still } from "@sluice/vision";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Scene } from "./scene.ts";

const [width, height] = [640, 360];
const budget = { rate: "30kB/s", burst: "40KB" };

/** As far off as the wire lets a box be, scaled by the largest picture over the smallest. */
const far = limits.coordinate * limits.picturePixels;
const coordinate = fc.oneof(
  fc.double({ min: -far, max: far, noNaN: true }),
  fc.double({ min: -50, max: 700, noNaN: true }),
  fc.constantFrom(0, -0, far, -far, 5e-324),
);
const box = fc
  .tuple(coordinate, coordinate, coordinate, coordinate, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(999))
  .map(
    ([x1, y1, x2, y2, score, classId]): Detection => ({
      x1: Math.min(x1, x2),
      y1: Math.min(y1, y2),
      x2: Math.max(x1, x2),
      y2: Math.max(y1, y2),
      score,
      classId,
    }),
  );
const boxes = fc.array(box, { maxLength: 12 });

const share = fc.double({ min: -1, max: 1, noNaN: true });

/** A frame after some time, which may be none, or less than none; then perhaps a reply, to whatever frame. */
const step = fc.record({
  ms: fc.oneof(fc.double({ min: -5_000, max: 5_000, noNaN: true }), fc.constantFrom(0, 1e12)),
  local: boxes,
  motion: fc.double({ min: 0, max: 1, noNaN: true }),
  camera: fc.oneof(fc.constant(still), fc.record({ x: share, y: share, zoom: share, turn: share })),
  pictureBytes: fc.integer({ min: 1, max: 50_000 }),
  road: fc.record({
    aheadBytes: fc.nat(1e6),
    chances: fc.nat(4),
    inFlight: fc.nat(4),
    alive: fc.boolean(),
    connected: fc.boolean(),
  }),
  reply: fc.option(fc.record({ back: fc.integer({ min: -3, max: 40 }), cloud: boxes })),
});

describe("a scene", () => {
  it("bears any boxes, times and replies: its answers stay inside the picture, its spending inside the budget", () => {
    const tasks = fc.constantFrom("detection" as const, "classification" as const);
    fc.assert(
      fc.property(tasks, fc.constantFrom(...policies), fc.array(step, { maxLength: 60 }), (task, policy, steps) => {
        const spec = offloadSchema.parse({ model: "big", budget, decision: { policy } });
        const bucket = new TokenBucket(spec.budget.rate, spec.budget.burst, 0);
        const options = {
          task,
          related: true,
          width,
          height,
          threshold: 0.35,
          limit: 50,
          spec,
          bucket,
          price: new Price(),
          framesPerSecond: () => 10,
          overheadBytes: 200,
          prng: seededPrng(1),
        };
        const scene = new Scene(options);
        let atMs = 0;
        let latestMs = 0;
        for (const [frame, { ms, local, motion, camera, pictureBytes, road, reply }] of steps.entries()) {
          atMs += ms;
          latestMs = Math.max(latestMs, atMs);
          const { chances, ...state } = road;
          const view: RoadView = { ...state, chance: () => chances / 4, probeDue: true, inFlightLimit: 2 };
          const { answer, decision } = scene.see(frame, atMs, local, { motion, camera }, view);
          for (const { x1, y1, x2, y2, score } of task === "detection" ? answer : []) {
            expect(x1 >= 0 && y1 >= 0 && x2 <= width && y2 <= height && score >= 0 && score <= 1).toBe(true);
          }
          expect(Number.isFinite(decision.value) && decision.price > 0).toBe(true);
          if (decision.action === "send") {
            const bytes = pictureBytes + 200;
            if (bucket.take(bytes, atMs)) scene.sent(decision, bytes, pictureBytes);
            else scene.unsent(frame, decision, pictureBytes);
          }
          expect(bucket.spentBytes).toBeLessThanOrEqual((bucket.bytesPerSecond * latestMs) / 1_000);
          if (!reply) continue;
          const taught = scene.reply(frame - reply.back, reply.cloud);
          for (const f1 of Object.values(taught?.agreement ?? {})) expect(f1 >= 0 && f1 <= 1).toBe(true);
        }
        // What it learned of all this can be written down and taken up again.
        const learned: unknown = JSON.parse(JSON.stringify(scene));
        expect(JSON.parse(JSON.stringify(new Scene({ ...options, learned })))).toEqual(learned);
      }),
      { numRuns: 500 },
    );
  });
});
