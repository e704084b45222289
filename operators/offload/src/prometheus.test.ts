import { type Prometheus, promtool, startPrometheus } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askPrometheus } from "./prometheus.ts";

test("without a Prometheus, or with one that is away, there is no number", async () => {
  await expect(askPrometheus(undefined)("up")).rejects.toThrow("no Prometheus is configured");
  await expect(askPrometheus("http://127.0.0.1:9/")("up")).rejects.toThrow("fetch failed");
});

describe.skipIf(promtool === undefined)("a real Prometheus", () => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus("global: {}\n");
  }, 60_000);
  afterAll(() => prometheus[Symbol.asyncDispose]());
  const ask = (query: string) => askPrometheus(prometheus.url)(query);

  test("answers a scalar, and a vector of one", async () => {
    expect(await ask("scalar(vector(3)) + 4")).toBe(7);
    expect(await ask("vector(0.25)")).toBe(0.25);
    expect(await ask("0 / vector(0)")).toBeNaN();
  });

  test("no value, several values and a query that is wrong are no number", async () => {
    await expect(ask("nothing_of_the_kind")).rejects.toThrow("0 values");
    await expect(ask('vector(1) or label_replace(vector(2), "a", "b", "", "")')).rejects.toThrow("2 values");
    await expect(ask("sum(")).rejects.toThrow("parse error");
  });
});
