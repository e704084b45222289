import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromiumLaunch, chromiumReason, tempDir } from "@sluice/testkit";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sluice } from "../demo/demo.builder.ts";

const launch = chromiumLaunch();
const policy = "apiVersion: sluice.dev/v1alpha1\nkind: OffloadPolicy\nmetadata: {name: plain}\nspec: {}\n";

/** A short recording, written by hand: a person who stands still, whom the edge sees every other frame. */
function recording(stream: string): string {
  const header = {
    format: "sluice.trace",
    version: 1,
    classes: ["person"],
    edge: { model: "small", threshold: 0.35 },
    cloud: { model: "large", threshold: 0.35 },
    rungs: [{ name: "full", width: 640, height: 480, quality: 75 }],
    streams: [{ name: stream, width: 640, height: 480, fps: 10 }],
  };
  const person = [100, 100, 150, 220, 0.9, 0];
  const frames = Array.from({ length: 80 }, (_, i) => ({
    stream,
    frame: i,
    t: i / 10,
    edge: i % 2 === 0 ? [person] : [],
    cloud: { full: [person] },
    bytes: { full: 10_000 + i },
  }));
  return [header, ...frames].map((line) => `${JSON.stringify(line)}\n`).join("");
}

describe.skipIf(!launch)(`the report in a browser (${chromiumReason})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch(launch);
  });
  afterAll(() => browser.close());

  it("shows curves and timelines, and asks nobody for anything", async () => {
    await using dir = tempDir();
    const at = (name: string) => join(dir.path, name);
    writeFileSync(at("policy.yaml"), policy);
    for (const name of ["gate", "yard"]) {
      writeFileSync(at(`${name}.jsonl`), recording(name));
      const args = [
        "--trace",
        at(`${name}.jsonl`),
        "--policy",
        at("policy.yaml"),
        "--budget",
        "10%",
        "--compare",
        "periodic",
        "--out",
        at(name),
      ];
      expect(await sluice(["replay", ...args]).ended).toMatchObject({ code: 0 });
    }
    expect(await sluice(["report", at("gate"), at("yard"), "--out", at("report.html")]).ended).toMatchObject({
      code: 0,
    });
    const page = await browser.newPage();
    const asked: string[] = [];
    const said: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => said.push(message.text()));
    await page.goto(`file://${at("report.html")}`);
    expect(asked).toEqual([`file://${at("report.html")}`]);
    expect(said).toEqual([]);
    expect(await page.locator("h2").allTextContents()).toEqual([
      "All 2 traces: score against bytes",
      "gate.jsonl: score against bytes",
      "yard.jsonl: score against bytes",
      "Stream by stream",
    ]);
    expect(await page.locator("figure svg .series.own circle").count()).toBeGreaterThan(10);
    expect(await page.locator("svg.timeline .sends path").count()).toBeGreaterThan(5);
    await page.locator("summary").first().click();
    expect(await page.locator("details[open] tbody tr").count()).toBeGreaterThan(2);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
});
