import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { chromiumLaunch, chromiumReason } from "@sluice/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { webAssets } from "../assets.ts";
import { sampleDecision, sampleHeartbeat, sampleReport, sampleResult } from "../fleet/sample.builder.ts";

const launch = chromiumLaunch();
const patience = { timeout: 30_000 };
const streams = [sampleReport({ name: "north" }), sampleReport({ name: "south" })];

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
      "/api/why/north/7": { ...sampleDecision({ stream: "north", frame: 7 }), result: sampleResult({ frame: 7 }) },
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

  test("a frame's number is answered in words, from a tick or typed", async () => {
    const decision = sampleDecision({ stream: "north", frame: 7 });
    events?.write(`event: decision\ndata: ${JSON.stringify(decision)}\n\n`);
    const north = page.getByRole("region", { name: "north on gate" });
    const ticks = north.getByRole("slider");
    await ticks.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await north.getByText(/Frame 7, captured at .*, was not sent: not worth its price/).waitFor(patience);
    await north.getByText("The edge saw 1 × car; the answer was 1 × car, 1 × person.").waitFor(patience);
    await north.getByRole("textbox", { name: "Frame" }).fill("99");
    await north.getByRole("button", { name: "Explain" }).click();
    await north.getByText("Frame 99 is not remembered any more").waitFor(patience);
    expect(await north.getByText(/Frame 7, captured/).count()).toBe(0);
  });
});
