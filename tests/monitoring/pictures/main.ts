import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { boards, dashboardOf } from "@sluice/dashboards";
import { pause, systemClock } from "@sluice/foundation";
import { chromiumLaunch, chromiumReason, prometheusReason, promtool, repoRoot, until } from "@sluice/testkit";
import { chromium } from "playwright-core";
import { WatchedSite } from "../site.builder.ts";
import { answerTo } from "./answers.ts";
import type { Imported } from "./imported.ts";
import { page } from "./page.ts";

/**
 * `make dashboards`: lets a small fleet run for nine minutes, with a rollout, a load, a cut link and a bad policy, and draws
 * every dashboard from what Prometheus saw of it. Not Grafana's own picture, but its panels, queries, units and places.
 */
const folder = join(repoRoot, ".sluice/dashboards");
const scrapeSeconds = 5;
const second = 1_000;

/** What happens, and for how long it is watched afterwards. */
const course: readonly (readonly [what: string, act: (site: WatchedSite) => Promise<unknown>, seconds: number])[] = [
  ["the fleet works", async () => {}, 110],
  ["a new revision is rolled out", (site) => site.change({ payload: { rungs: [small] } }), 60],
  ["every frame is sent", (site) => site.change({ decision: { policy: "always" }, budget: { rate: "40Mbit/s" } }), 80],
  ["a second replica comes", (site) => site.startReplica(2), 50],
  [
    "frames are chosen again",
    (site) => site.change({ decision: { policy: "learned" }, budget: { rate: "1Mbit/s" } }),
    50,
  ],
  ["the cameras' link is cut", async ({ uplink }) => uplink.freeze(true), 60],
  ["and mended", (site) => mended(site), 60],
  [
    "a policy that no gate lets pass",
    (site) => site.change({ gate: { metrics: [impossible] }, audit: { share: "0.6" } }),
    70,
  ],
];

const small = { name: "small", width: 480, quality: 70 };
const impossible = { name: "agreement", measure: "agreement", min: "0.999" };

async function mended({ uplink }: WatchedSite): Promise<void> {
  uplink.freeze(false);
  uplink.cut();
}

async function run(): Promise<void> {
  const launch = chromiumLaunch();
  if (!promtool || !launch) throw new Error(promtool ? chromiumReason : prometheusReason);
  const site = await WatchedSite.start({ devices: 3, fps: 6, scrapeSeconds });
  try {
    await until(async () => (await site.phase()) === "Done", { timeoutMs: 120_000, what: "the first rollout" });
    const from = Math.floor(Date.now() / second);
    for (const [what, act, seconds] of course) {
      process.stdout.write(`${what}\n`);
      await act(site);
      await pause(systemClock, seconds * second);
    }
    const browser = await chromium.launch(launch);
    await mkdir(folder, { recursive: true });
    const span = { from, to: Math.floor(Date.now() / second), step: scrapeSeconds };
    for (const board of boards) {
      const imported = JSON.parse(JSON.stringify(dashboardOf(board))) as Imported;
      const device = new URL(site.edges[0]!.url).host;
      const asking = imported.panels.filter(({ targets }) => targets);
      const answers = await Promise.all(asking.map((panel) => answerTo(panel, site.prometheus.url, span, device)));
      const file = join(folder, `${board.name}.html`);
      await writeFile(file, page(imported, answers, span));
      const tab = await browser.newPage({ viewport: { width: 1_504, height: 900 } });
      await tab.goto(pathToFileURL(file).href);
      await tab.screenshot({ path: join(folder, `${board.name}.png`), fullPage: true });
      await tab.close();
    }
    await browser.close();
    process.stdout.write(`drawn in ${folder}\n`);
  } finally {
    await site[Symbol.asyncDispose]();
  }
}

await run();
process.exit(0);
