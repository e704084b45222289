import type { Fleet, Held, Overview } from "@sluice/allocation";
import { createMetrics } from "@sluice/observability";
import { expect, test } from "vitest";
import { tellFigures } from "./figures.ts";

const fleet: Fleet = { bytesPerSecond: 50_000, burstBytes: 1, quota: { bytes: 1e9, per: "month" }, members: [] };
const held = (...states: Held["state"][]) =>
  states.map((state, i) => ({
    device: `d-${i}`,
    bytesPerSecond: 1,
    floorBytesPerSecond: 1,
    shareBytesPerSecond: 1,
    state,
  }));
const overview: Overview = {
  bytesPerSecond: 40_000,
  owedBytesPerSecond: 30_000,
  usedBytes: 9e8,
  floorsScaled: false,
  price: 0,
  quiet: false,
  leases: () => held("held", "held", "silent"),
};

const lines = async (metrics: ReturnType<typeof createMetrics>) =>
  (await metrics.render()).split("\n").filter((line) => line.includes("{policy="));

test("says what a policy grants, owes and has used, and how many devices hold what; and no more once nobody knows", async () => {
  const metrics = createMetrics();
  tellFigures(metrics, "gate", overview, fleet);
  expect(await lines(metrics)).toEqual([
    'sluice_operator_budget_bytes_per_second{policy="gate"} 40000',
    'sluice_operator_owed_bytes_per_second{policy="gate"} 30000',
    'sluice_operator_quota_used_ratio{policy="gate"} 0.9',
    'sluice_operator_leases{policy="gate",state="held"} 2',
    'sluice_operator_leases{policy="gate",state="lent"} 0',
    'sluice_operator_leases{policy="gate",state="silent"} 1',
    'sluice_operator_leases{policy="gate",state="leaving"} 0',
  ]);
  tellFigures(metrics, "gate", null, fleet);
  expect(await lines(metrics)).toEqual([]);
});

test("without a quota nothing is said of one", async () => {
  const metrics = createMetrics();
  const { quota: _, ...unlimited } = fleet;
  tellFigures(metrics, "gate", overview, unlimited);
  expect((await lines(metrics)).filter((line) => line.includes("quota"))).toEqual([]);
});
