import { describe, expect, it } from "vitest";
import { Road } from "./road.ts";

const stream = { connected: true, inFlight: 0, inFlightLimit: 2, deadlineMs: 500 };

describe("Road", () => {
  it("holds a cloud for dead after three failures and probes at growing distances", () => {
    const road = new Road();
    for (const atMs of [0, 100, 200]) {
      expect(road.view(atMs, stream).alive).toBe(true);
      road.ended("expired", 0, atMs);
    }
    expect(road.view(300, stream)).toMatchObject({ alive: false, probeDue: false });
    expect(road.view(1_200, stream).probeDue).toBe(true);
    road.ended("lost", 0, 1_200);
    expect(road.view(2_300, stream).probeDue).toBe(false);
    expect(road.view(3_200, stream).probeDue).toBe(true);
  });

  it("never waits longer than half a minute, and takes a burst of old failures for one", () => {
    const road = new Road();
    for (let failure = 0; failure < 50; failure++) road.ended("refused", 0, 0);
    expect(road.view(1_000, stream).probeDue).toBe(true);
    for (let probe = 1; probe < 20; probe++) road.ended("expired", 0, probe * 60_000);
    expect(road.view(19 * 60_000 + 29_999, stream).probeDue).toBe(false);
    expect(road.view(19 * 60_000 + 30_000, stream).probeDue).toBe(true);
  });

  it("takes one answer, even a late one, for life", () => {
    const road = new Road();
    for (let failure = 0; failure < 5; failure++) road.ended("expired", 0, failure);
    road.ended("late", 900, 10);
    expect(road.view(10, stream).alive).toBe(true);
  });

  it("expects the round trip that it measured, and doubts it with age", () => {
    const road = new Road();
    road.ended("answered", 800, 0);
    expect(road.view(0, stream).expectedMs).toBe(800);
    expect(road.view(10_000, stream).expectedMs).toBe(400);
  });
});
