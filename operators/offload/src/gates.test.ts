import { type Prometheus, prometheusReason, promtool, startPrometheus, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "./device.builder.ts";
import { Site } from "./site.builder.ts";

/** A gate that asks a real Prometheus, on a rollout of a real policy. */
describe.skipIf(!promtool)(`a gate with a query (${prometheusReason})`, () => {
  let site: Site;
  let prometheus: Prometheus;
  let devices: Device[];

  const gate = (query: string) => ({
    interval: "300ms",
    failureLimit: 0,
    deadline: "3s",
    metrics: [{ name: "tickets", measure: "prometheus", query, max: "1" }],
  });
  const ask = (query: string) => site.patch("OffloadPolicy", "gate", { spec: { gate: gate(query) } });
  const edit = (share: string) => site.patch("OffloadPolicy", "gate", { spec: { audit: { share } } });
  const having = (share: number) => devices.filter(({ document }) => document?.audit.share === share).length;
  const message = async () => (await site.status("OffloadPolicy", "gate")).rollout?.message;

  beforeAll(async () => {
    [site, prometheus] = [await Site.start(), await startPrometheus("global: {}\n")];
    devices = await Promise.all(["a", "b", "c"].map((name) => site.device(`cam-${name}`)));
    await site.operator("one", { prometheus: prometheus.url });
    await site.create("OffloadPolicy", "gate", {
      backendRef: { name: "cloud" },
      audit: { share: "0.1" },
      gate: gate("vector(0)"),
      rollout: { waves: [{ name: "first", count: 1 }] },
    });
    await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
  }, 120_000);
  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  test("that finds nothing waits, and says so when its time is up", async () => {
    await ask("tickets_that_nobody_counts");
    await edit("0.2");
    await site.untilCondition("OffloadPolicy", "gate", "Unknown MetricUnknown");
    expect(await message()).toMatch(/^wave first \(1 of 2\): 0 of 1 measurements passed, 0 failed, tickets: no data/);
    await site.untilCondition("OffloadPolicy", "gate", "False DeadlineExceeded");
    expect(await message()).toMatch(/tickets: no data; no verdict for \d+ s, so nothing moves .*: promote or abort$/);
    expect([having(0.2), having(0.1)]).toEqual([1, 2]);
  });

  test("that fails takes the revision back and says by what", async () => {
    await ask("vector(2.5)");
    await site.untilCondition("OffloadPolicy", "gate", "False RolledBack");
    expect(await message()).toContain("tickets 2.5, must be at most 1");
    await until(() => having(0.1) === 3, { what: "everybody back" });
  });

  test("that passes lets the rollout go on", async () => {
    await ask("vector(0.5)");
    await edit("0.3");
    await until(() => having(0.3) === 3, { timeoutMs: 30_000, what: "everywhere" });
    await site.untilCondition("OffloadPolicy", "gate", "True Succeeded");
    expect(having(0.3)).toBe(3);
  });
});
