import { expect, test } from "vitest";
import { Workload } from "./workload.ts";

/** Requests that arrive evenly from `fromMs` to `toMs`. */
function arrive(workload: Workload, everyMs: number, fromMs: number, toMs: number): void {
  for (let atMs = fromMs; atMs < toMs; atMs += everyMs) workload.arrived(atMs);
}

test("a steady rate is found within seconds of the start, not only after the whole memory has filled", () => {
  const workload = new Workload(0);
  arrive(workload, 50, 0, 2_000);
  expect(workload.at(2_000).arrivalsPerSecond).toBeCloseTo(20, 0);
  arrive(workload, 50, 2_000, 60_000);
  expect(workload.at(60_000).arrivalsPerSecond).toBeCloseTo(20, 0);
});

test("one request to a replica that just started is not taken for thousands a second", () => {
  const workload = new Workload(0);
  workload.arrived(1);
  expect(workload.at(1).arrivalsPerSecond).toBeLessThan(1.1);
});

test("a rate that changed is believed for nine tenths after two memories and a bit", () => {
  const workload = new Workload(0);
  arrive(workload, 100, 0, 60_000);
  arrive(workload, 10, 60_000, 85_000);
  const { arrivalsPerSecond } = workload.at(85_000);
  expect(arrivalsPerSecond).toBeGreaterThan(90);
  expect(arrivalsPerSecond).toBeLessThan(101);
  expect(workload.at(300_000).arrivalsPerSecond).toBeLessThan(1e-6);
});

test("a request costs its share of its batch, and nothing is said before the first one", () => {
  const workload = new Workload(0);
  expect(workload.at(0).serviceMs).toBeNull();
  workload.served(1, 40);
  expect(workload.at(0).serviceMs).toBe(40);
  for (let batch = 0; batch < 60; batch++) workload.served(8, 80);
  expect(workload.at(0).serviceMs).toBeCloseTo(10, 1);
  workload.forget();
  expect(workload.at(0).serviceMs).toBeNull();
});

test("batches count by their requests: one of 9 in 90 ms and one of 1 in 50 ms make 14 ms for each, not 30", () => {
  const workload = new Workload(0);
  for (let batch = 0; batch < 200; batch++) workload.served(batch % 2 ? 9 : 1, batch % 2 ? 90 : 50);
  const { serviceMs } = workload.at(0);
  expect(serviceMs).toBeGreaterThan(12);
  expect(serviceMs).toBeLessThan(16);
});
