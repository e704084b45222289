import { type Board, boards } from "@sluice/dashboards";
import { prometheusReason, promtool, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filledIn } from "./pictures/answers.ts";
import { WatchedSite } from "./site.builder.ts";

/** Series of a device with one stream, beyond which ten thousand of them are too many for one Prometheus. */
const seriesOfDevice = 250;
/** Recorded series of one device, and of a fleet however large it is. */
const recorded = { device: 40, fleet: 60 };
const patience = { timeoutMs: 90_000 };

let site: WatchedSite;

/** A real fleet of two, its operator and its backend, watched by a real Prometheus with the recording rules. */
describe.skipIf(!promtool)(`with a Prometheus (${prometheusReason})`, () => {
  beforeAll(async () => {
    site = await WatchedSite.start({ devices: 2, fps: 4, scrapeSeconds: 1 });
  }, 240_000);
  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
  });

  test.each(boards.flatMap(questions))("$board: $title: $expr", { timeout: 120_000 }, async ({ expr, quiet }) => {
    const samples = await until(async () => {
      const seen = await site.prometheus.query(filledIn(expr));
      return (quiet || seen.some(({ value }) => Number.isFinite(value))) && seen;
    }, patience);
    for (const { value } of samples) expect(value).not.toBe(Number.POSITIVE_INFINITY);
  });

  test("the recorded sums agree with what the devices say of themselves", { timeout: 120_000 }, async () => {
    await until(async () => {
      const budgets = site.edges.map((edge) => edge.report().budget.bytesPerSecond);
      const [sum] = await site.prometheus.query("job:sluice_budget_bytes:sum");
      return sum!.value > 0 && Math.abs(sum!.value - budgets.reduce((a, b) => a + b)) < 0.02 * sum!.value;
    }, patience);
    const [used] = await until(async () => {
      const seen = await site.prometheus.query("instance:sluice_budget_used:ratio5m > 0");
      return seen.length > 0 && seen;
    }, patience);
    expect(used!.value).toBeGreaterThan(0);
  });

  test("a device has few enough series that ten thousand can be watched", { timeout: 120_000 }, async () => {
    const { prometheus } = site;
    await until(async () => (await prometheus.query('sluice_agreement_ratio{job="edge"}')).length > 0, patience);
    const counts = await prometheus.query('count by (instance) ({job="edge", __name__=~"sluice_.+", instance!=""})');
    expect(counts).toHaveLength(site.edges.length);
    for (const { value } of counts) {
      expect(value).toBeGreaterThan(50);
      expect(value).toBeLessThanOrEqual(seriesOfDevice);
    }
    const [most] = await prometheus.query('max(count by (instance) ({__name__=~"instance:.+"}))');
    const [all] = await prometheus.query('count({job="edge", __name__=~"job:.+"})');
    expect([most!.value, all!.value].every((count) => count > 5)).toBe(true);
    expect(most!.value).toBeLessThanOrEqual(recorded.device);
    expect(all!.value).toBeLessThanOrEqual(recorded.fleet);
  });
});

/** Every query of a dashboard. */
const questions = ({ name, rows }: Board) =>
  rows
    .flatMap((row) => row.panels)
    .flatMap(({ title, quiet = false, queries }) => queries.map(({ expr }) => ({ board: name, title, expr, quiet })));
