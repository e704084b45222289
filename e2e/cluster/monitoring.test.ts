import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot, until } from "@sluice/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import { devices, isLacking, kubectl, patience, report, settled, why } from "./fleet.ts";
import { ask, figureBecomes, query } from "./watch.ts";

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

const scrapeSeconds = 1;
const budgetBytesPerSecond = 125_000;
const uplink = 'sluice_edge_uplink_bytes_total{direction="up"}';

/** Alerts that a slow machine deserves, or the load of another suite. */
const deserved = "SluiceBackend(Saturated|Short)|SluiceFramesSuperseded";

/** Names of the rules in a file of the chart. */
const namesIn = (file: string) =>
  [...readFileSync(join(repoRoot, "charts/sluice/files", file), "utf8").matchAll(/- (?:alert|record): (\S+)/g)].map(
    (hit) => hit[1]!,
  );

/** All pods that serve metrics, by the part that they are. */
async function pods(): Promise<string[]> {
  const parts = "app.kubernetes.io/name in (sluice-operator,sluice-console,sluice-inference,sluice-edge)";
  const names = await kubectl("get", "pods", "-l", parts, "-o", "jsonpath={.items[*].metadata.name}");
  return names.split(" ").toSorted();
}

describe.skipIf(isLacking)(`Prometheus on a real node${why}`, () => {
  beforeAll(settled);

  test("looks at each pod of hub and site, as their PodMonitors say", async () => {
    const seen = async () => {
      const up = await query('up{namespace="sluice"} == 1');
      const found = up.map(({ metric }) => metric["pod"]!).toSorted();
      return JSON.stringify(found) === JSON.stringify(await pods());
    };
    await until(seen, { ...patience, what: "all pods in Prometheus" });
    const named = await query('up{container="edge"}');
    expect(named.map(({ metric }) => metric["sluice_dev_device"]!).toSorted()).toEqual(devices.toSorted());
  });

  test("has loaded all alerts and recording rules, can compute each, and wakes nobody", async () => {
    const rules = async () => {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>("rules");
      return groups.flatMap((group) => group.rules);
    };
    const expected = [...namesIn("alerts.yaml"), ...namesIn("recordings.yaml")].toSorted();
    expect(expected.length).toBeGreaterThan(30);
    await until(async () => (await rules()).every(({ health }) => health !== "unknown") && (await rules()).length > 0, {
      ...patience,
      what: "a first look at all rules",
    });
    const loaded = await rules();
    expect(loaded.map(({ name }) => name).toSorted()).toEqual(expected);
    expect(loaded.filter(({ health }) => health !== "ok")).toEqual([]);
    expect(await query(`ALERTS{alertstate="firing",alertname!~"${deserved}"}`)).toEqual([]);
  });

  test("knows by its rules that corrections pay: agreement with the cloud is better than the edge's own", async () => {
    const agreement = (answer: string) => `job:sluice_agreement:mean{job="sluice/site",answer="${answer}"}`;
    const local = await figureBecomes(agreement("local"), (value) => value > 0);
    expect(await figureBecomes(agreement("corrected"), (value) => value > 0)).toBeGreaterThan(local);
  });

  test.each([5, 30, 120])("never saw more bytes in a window of %d s than the budget allows", async (seconds) => {
    await figureBecomes(`sum(${uplink})`, (bytes) => bytes > 0);
    const bursts = (await Promise.all(devices.map(report))).reduce((sum, one) => sum + one.budget.burstBytes, 0);
    const inWindow = `sum(${uplink} - ${uplink} offset ${seconds}s)`;
    const most = await figureBecomes(`max_over_time((${inWindow})[15m:${scrapeSeconds}s])`, (bytes) => bytes > 0);
    // Devices are looked at one after the other: what is between two looks is a second longer at most.
    expect(most).toBeLessThanOrEqual(budgetBytesPerSecond * (seconds + 2 * scrapeSeconds) + bursts);
  });
});
