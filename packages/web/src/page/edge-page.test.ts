import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { chromiumLaunch, chromiumReason } from "@sluice/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { webAssets } from "../assets.ts";
import { sampleDecision, sampleHeartbeat, sampleReport, sampleResult } from "../fleet/sample.builder.ts";

const launch = chromiumLaunch();
const patience = { timeout: 30_000 };
const widths = { localHalfWidth: 0.12, correctedHalfWidth: 0.07, frames: 3_000, missing: 2 };
const agreement = { samples: 31, local: 0.52, corrected: 0.81, ...widths };
const beliefs = { car: 0.842, person: 0.4 };
/** As a stream's models answer that classify. */
const saying = (label: string, score: number) => ({
  classes: [label],
  boxes: [[0, 0, 640, 360, score, 0] as [number, number, number, number, number, number]],
});
const labelled = sampleResult({
  stream: "north",
  frame: 8,
  task: "classification",
  local: saying("car", 0.41),
  answer: saying("bus", 0.62),
});
const streams = [sampleReport({ name: "north", agreement, beliefs }), sampleReport({ name: "south" })];

describe.skipIf(!launch)(`in a browser (${chromiumReason})`, () => {
  let browser: Browser;
  let server: Server;
  let page: Page;
  let events: ServerResponse | undefined;

  beforeAll(async () => {
    browser = await chromium.launch(launch);
    const assets = new Map(webAssets("edge").map((asset) => [asset.path, asset]));
    const answers: Record<string, unknown> = {
      "/api/streams": sampleHeartbeat({ streams }),
      "/api/why/north/7": {
        ...sampleDecision({ stream: "north", frame: 7, propensity: 0.0125 }),
        result: sampleResult({ frame: 7 }),
      },
      "/api/why/north/8": {
        ...sampleDecision({ stream: "north", frame: 8 }),
        result: labelled,
        correction: { ...labelled, kind: "correction", answer: saying("truck", 0.97), ageMs: 180, inTime: true },
      },
    };
    server = createServer(({ url = "" }, response) => {
      const asset = assets.get(url);
      if (asset) response.writeHead(200, { "content-type": asset.type }).end(asset.body);
      else if (url === "/api/events") {
        events = response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(":ok\n\n");
      } else if (url in answers) response.end(JSON.stringify(answers[url]));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  test("a device's own page shows all its streams, its name and where its metrics are", async () => {
    await page.getByRole("heading", { name: "gate / north" }).waitFor(patience);
    await page.getByRole("heading", { name: "gate / south" }).waitFor(patience);
    expect(await page.getByRole("link", { name: "metrics" }).getAttribute("href")).toBe("/metrics");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  test("agreement comes with its interval, the edge's detections with how far they are believed; else it is unknown", async () => {
    const north = page.getByRole("region", { name: "north on gate" });
    for (const text of ["0.52", "±0.12", "0.81", "±0.07", "a kB costs 0.002"])
      await north.getByText(text).waitFor(patience);
    expect(await north.getByTitle(/From 31 frames drawn at random, 2 more drawn and not answered/).count()).toBe(1);
    expect(await north.getByRole("meter", { name: "car" }).getAttribute("aria-valuetext")).toBe("84 %");
    const south = page.getByRole("region", { name: "south on gate" });
    expect(await south.getByTitle(/Unknown: too few frames were audited to say/).textContent()).toBe("agreement–→–");
    await south.getByText("The edge model has detected nothing yet").waitFor(patience);
  });

  test("a frame's number is answered in words, from a tick or typed", async () => {
    const decision = sampleDecision({ stream: "north", frame: 7 });
    events?.write(`event: decision\ndata: ${JSON.stringify(decision)}\n\n`);
    const north = page.getByRole("region", { name: "north on gate" });
    const ticks = north.getByRole("slider");
    await ticks.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await north.getByText(/Frame 7, captured at .*, was not sent: not worth its price/).waitFor(patience);
    await north.getByText(/it would have been drawn to be audited once in 80 times/).waitFor(patience);
    await north
      .getByText("The edge saw 1 × car; the answer was 1 × car (believed 90 %), 1 × person (believed 80 %).")
      .waitFor(patience);
    await north.getByRole("textbox", { name: "Frame" }).fill("99");
    await north.getByRole("button", { name: "Explain" }).click();
    await north.getByText("Frame 99 is not remembered any more").waitFor(patience);
    expect(await north.getByText(/Frame 7, captured/).count()).toBe(0);
    await north.getByRole("textbox", { name: "Frame" }).fill("8");
    await north.getByRole("button", { name: "Explain" }).click();
    await north.getByText("The edge saw car; the answer was bus (believed 62 %).").waitFor(patience);
    await north.getByText("180 ms after capture the cloud made it truck.").waitFor(patience);
  });
});
