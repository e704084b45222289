import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Road } from "./road.ts";

const stream = { connected: true, inFlight: 0, inFlightLimit: 2 };
const deadlineMs = 500;
const viewAt = (road: Road, nowMs: number) => road.view(nowMs, stream, deadlineMs);

/** A trip of `bytes` that begins at `atMs`. */
function trip(road: Road, bytes: number, tookMs: number, atMs: number): void {
  road.sent("trip", bytes, atMs);
  road.ended("trip", tookMs <= deadlineMs ? "answered" : "late", atMs + tookMs);
}

describe("Road", () => {
  it("holds a cloud for dead after three failures and probes at growing distances", () => {
    const road = new Road();
    for (const atMs of [0, 100, 200]) {
      expect(viewAt(road, atMs).alive).toBe(true);
      road.ended("x", "expired", atMs);
    }
    expect(viewAt(road, 300)).toMatchObject({ alive: false, probeDue: false });
    expect(viewAt(road, 1_200).probeDue).toBe(true);
    road.sent("probe", 5_000, 1_200);
    expect(viewAt(road, 1_200).probeDue).toBe(false);
    road.ended("probe", "lost", 2_200);
    expect(viewAt(road, 3_199).probeDue).toBe(false);
    expect(viewAt(road, 3_200).probeDue).toBe(true);
  });

  it("sends few probes into a dead link, though none is known to be lost before its deadline and grace are over", () => {
    const road = new Road();
    for (let failure = 0; failure < 3; failure++) road.ended("x", "expired", 0);
    const expiresMs = 3_000;
    const probes: number[] = [];
    for (let nowMs = 0; nowMs <= 600_000; nowMs += 100) {
      for (const atMs of probes) if (atMs + expiresMs === nowMs) road.ended(`probe ${atMs}`, "expired", nowMs);
      if (!viewAt(road, nowMs).probeDue) continue;
      probes.push(nowMs);
      road.sent(`probe ${nowMs}`, 5_000, nowMs);
    }
    // After 1, 2, 4, 8 and 16 s, then every half a minute of ten minutes.
    expect(probes.slice(0, 6)).toEqual([1_000, 3_000, 7_000, 15_000, 31_000, 61_000]);
    expect(probes).toHaveLength(23);
  });

  it("takes a burst of old failures for one, and begins to wait anew when a cloud dies again", () => {
    const road = new Road();
    for (let failure = 0; failure < 50; failure++) road.ended("x", "refused", 0);
    expect(viewAt(road, 1_000).probeDue).toBe(true);
    for (let probe = 1; probe < 20; probe++) road.sent("probe", 1_000, probe * 60_000);
    road.ended("probe", "answered", 1_200_000);
    for (let failure = 0; failure < 3; failure++) road.ended("x", "refused", 1_300_000);
    expect(viewAt(road, 1_300_999).probeDue).toBe(false);
    expect(viewAt(road, 1_301_000).probeDue).toBe(true);
  });

  it("asks a dead cloud at once when a replica is heard of, and goes on as before when that one does not answer", () => {
    const road = new Road();
    for (let failure = 0; failure < 3; failure++) road.ended("x", "refused", 0);
    for (let probe = 1; probe < 10; probe++) road.sent("probe", 1_000, probe * 60_000);
    expect(viewAt(road, 541_000).probeDue).toBe(false);
    road.announced(541_000);
    expect(viewAt(road, 541_000)).toMatchObject({ alive: false, probeDue: true });
    road.sent("probe", 1_000, 541_000);
    road.ended("probe", "refused", 541_000);
    expect(viewAt(road, 570_999).probeDue).toBe(false);
    expect(viewAt(road, 571_000).probeDue).toBe(true);
  });

  it("takes one answer, even a late one, for life", () => {
    const road = new Road();
    for (let failure = 0; failure < 5; failure++) road.ended("x", "expired", failure);
    road.ended("x", "late", 10);
    expect(viewAt(road, 10).alive).toBe(true);
  });

  it("knows nothing and hopes; learns what a slow link carries; hopes again as that grows old", () => {
    const road = new Road();
    expect(viewAt(road, 0).chance(1e6)).toBe(1);
    for (let i = 0; i < 5; i++) trip(road, 40_000, 800, i * 1_000);
    const { chance } = viewAt(road, 5_000);
    expect(chance(40_000)).toBeLessThan(0.2);
    expect(chance(4_000)).toBeGreaterThan(0.9);
    expect(viewAt(road, 120_000).chance(40_000)).toBeGreaterThan(0.9);
  });

  it("tells a link that wavers from one that is steady, though both take as long on average", () => {
    const [steady, wavering] = [new Road(), new Road()];
    for (let i = 0; i < 20; i++) {
      trip(steady, 20_000, 450, i * 100);
      trip(wavering, 20_000, i % 2 === 0 ? 200 : 700, i * 100);
    }
    expect(viewAt(steady, 2_500).chance(20_000)).toBe(1);
    expect(Math.abs(viewAt(wavering, 2_500).chance(20_000) - 0.5)).toBeLessThan(0.1);
  });

  it("counts what is under way, of any stream, as ahead: the queue would be its own", () => {
    const road = new Road();
    for (let i = 0; i < 5; i++) trip(road, 20_000, 300, i * 1_000);
    const chance = (nowMs: number) => {
      const view = viewAt(road, nowMs);
      return view.chance(view.aheadBytes + 20_000);
    };
    expect(chance(5_000)).toBe(1);
    road.sent("another stream's", 60_000, 5_000);
    expect(chance(5_000)).toBeLessThan(0.2);
    road.ended("another stream's", "answered", 5_400);
    expect(chance(5_400)).toBe(1);
  });

  it("goes on over a restart with trips as old as they are by then, and refuses what is none", () => {
    const road = new Road();
    for (let i = 0; i < 5; i++) trip(road, 40_000, 800, i * 1_000);
    const written: unknown = JSON.parse(JSON.stringify(road.written(5_000)));
    const [sleptMs, nowMs] = [3_000, 70];
    const after = Road.from(written, nowMs, sleptMs);
    for (const bytes of [4_000, 20_000, 40_000])
      expect(viewAt(after, nowMs).chance(bytes)).toBeCloseTo(viewAt(road, 5_000 + sleptMs).chance(bytes), 12);
    expect(viewAt(Road.from(written, 0, 3_600_000), 0).chance(40_000)).toBeGreaterThan(0.9);
    const one = { bytes: 1, tookMs: 1, ageMs: 0 };
    expect(() => Road.from({}, 0, 0)).toThrow("trips: expected a list");
    expect(() => Road.from([one, { ...one, tookMs: -1 }], 0, 0)).toThrow("trips[1].tookMs: expected a number");
    expect(() =>
      Road.from(
        Array.from({ length: 33 }, () => one),
        0,
        0,
      ),
    ).toThrow("at most 32");
  });

  it("forgets offloads that never end", () => {
    const road = new Road();
    for (let i = 0; i < 5; i++) trip(road, 1_000, 400, i);
    for (let i = 0; i < 10_000; i++) road.sent(`lost ${i}`, 1_000, 10);
    for (let i = 0; i < 10_000; i++) road.ended(`lost ${i}`, "expired", 20);
    road.ended("x", "late", 30);
    trip(road, 1_000, 400, 40);
    expect(viewAt(road, 60_000 * 60).chance(1_000)).toBe(1);
  });

  it("whatever ends in whatever order: nothing is ahead in the end, and a larger load is never likelier to be in time", () => {
    const outcome = fc.constantFrom("answered", "late", "expired", "lost", "refused");
    const step = fc.record({ key: fc.nat(5).map(String), bytes: fc.nat(100_000), outcome, ms: fc.nat(2_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const road = new Road();
        let nowMs = 0;
        for (const { key, bytes, outcome: how, ms } of steps) {
          if (bytes % 2 === 0) road.sent(key, bytes, nowMs);
          nowMs += ms;
          road.ended(key, how, nowMs);
          const { aheadBytes, chance } = viewAt(road, nowMs);
          expect(aheadBytes).toBe(0);
          expect(chance(1_000)).toBeGreaterThanOrEqual(chance(50_000));
          expect(chance(50_000)).toBeGreaterThan(0);
          expect(chance(0)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
