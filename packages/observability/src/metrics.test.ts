import { type MetricSpec, metrics as specs } from "@sluice/contracts";
import { describe, expect, it } from "vitest";
import { createMetrics, seriesPerMetric } from "./metrics.ts";

const lines = async (metrics: { render(): Promise<string> }, start: string) =>
  (await metrics.render()).split("\n").filter((line) => line.startsWith(start));

describe("metrics", () => {
  it("shows what was counted, set and observed", async () => {
    const metrics = createMetrics();
    metrics.inc("sluice_edge_frames_total", { stream: "gate" });
    metrics.inc("sluice_edge_frames_total", { stream: "gate" }, 2);
    metrics.set("sluice_edge_budget_tokens_bytes", {}, 512);
    metrics.observe("sluice_edge_infer_seconds", { stream: "gate" }, 0.02, "a".repeat(32));
    const text = await metrics.render();
    expect(text).toContain('sluice_edge_frames_total{stream="gate"} 3\n');
    expect(text).toContain("sluice_edge_budget_tokens_bytes 512\n");
    expect(text).toContain('sluice_edge_infer_seconds_sum{stream="gate"} 0.02\n');
    expect(text).toMatch(/bucket\{le="0.025",stream="gate"\} 1 # \{trace_id="a{32}"\} 0.02/);
    expect(text.endsWith("# EOF\n")).toBe(true);
  });

  it("registers every metric of the contract, with its help and type", async () => {
    const text = await createMetrics().render();
    for (const [name, spec] of Object.entries<MetricSpec>(specs)) {
      const family = spec.type === "counter" ? name.replace(/_total$/, "") : name;
      expect(text).toContain(`# HELP ${family} ${spec.help}\n# TYPE ${family} ${spec.type}\n`);
    }
  });

  it("shows no value for a gauge that is unknown, was removed, or is no number", async () => {
    const metrics = createMetrics();
    expect(await lines(metrics, "sluice_edge_uplink_connected")).toEqual([]);
    metrics.set("sluice_edge_uplink_connected", {}, 1);
    metrics.set("sluice_agreement_ratio", { stream: "gate", answer: "local" }, 0.5);
    metrics.set("sluice_edge_price", { stream: "gate" }, 2);
    expect(await lines(metrics, "sluice_edge_uplink_connected")).toEqual(["sluice_edge_uplink_connected 1"]);
    metrics.remove("sluice_edge_uplink_connected", {});
    metrics.remove("sluice_agreement_ratio", { stream: "gate", answer: "local" });
    metrics.set("sluice_edge_price", { stream: "gate" }, Number.NaN);
    expect(await lines(metrics, "sluice_edge_uplink_connected")).toEqual([]);
    expect(await lines(metrics, "sluice_agreement_ratio")).toEqual([]);
    expect(await lines(metrics, "sluice_edge_price")).toEqual([]);
  });

  it("keeps two instances, of two devices in one process, apart", async () => {
    const [a, b] = [createMetrics(), createMetrics({ processMetrics: true })];
    a.inc("sluice_edge_frames_total", { stream: "gate" });
    expect(await lines(b, "sluice_edge_frames_total")).toEqual([]);
    expect(await lines(a, "process_resident_memory_bytes")).toEqual([]);
    expect(await lines(b, "process_resident_memory_bytes")).toHaveLength(1);
  });

  it("bounds the series of a metric, counts what it drops, and takes new ones when old ones go", async () => {
    const metrics = createMetrics();
    for (let i = 0; i < seriesPerMetric + 5; i++) metrics.set("sluice_edge_price", { stream: `s${i}` }, i);
    expect(await lines(metrics, "sluice_edge_price{")).toHaveLength(seriesPerMetric);
    expect(await lines(metrics, "sluice_metrics_dropped_total")).toEqual(["sluice_metrics_dropped_total 5"]);
    metrics.set("sluice_edge_price", { stream: "s7" }, 70);
    metrics.remove("sluice_edge_price", { stream: "s8" });
    metrics.set("sluice_edge_price", { stream: "new" }, 80);
    expect(await lines(metrics, 'sluice_edge_price{stream="s7"}')).toEqual(['sluice_edge_price{stream="s7"} 70']);
    expect(await lines(metrics, 'sluice_edge_price{stream="new"}')).toHaveLength(1);
  });

  it("lets no unknown name or label compile", () => {
    const metrics = createMetrics();
    // @ts-expect-error a label too many
    expect(() => metrics.inc("sluice_edge_frames_total", { stream: "a", user: "b" })).toThrow("user");
    // @ts-expect-error not of the contract
    expect(() => metrics.inc("sluice_other_total", {})).toThrow(TypeError);
    // @ts-expect-error a gauge is not counted
    expect(() => metrics.inc("sluice_edge_price", { stream: "a" }, -1)).not.toThrow();
  });
});
