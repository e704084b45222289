import { chromiumLaunch, chromiumReason, type NatsServer, startNats, until } from "@sluice/testkit";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Console, startConsole } from "./console.ts";
import { type Pictures, Speaker, servePictures } from "./fleet.builder.ts";

const launch = chromiumLaunch();
const patience = { timeout: 30_000 };

let browser: Browser;
let nats: NatsServer;
let console: Console;
let pictures: Pictures;
let page: Page;
let complaints: string[];
let frame = 0;
let speakers: Speaker[];
let talking: ReturnType<typeof setInterval>;

/** Ten frames a second, of which every twentieth is sent; the heartbeat comes with each, so that tests are quick. */
function speak(speaker: Speaker): void {
  if (speaker === speakers[0]) frame++;
  speaker.heartbeat({ url: pictures.url });
  if (frame % 20 === 0) speaker.decision(frame, { action: "send", reason: "value", bytes: 18_200, value: 0.31 });
  else speaker.decision(frame);
  speaker.result(frame);
}

const join = async (device: string, stream = "camera") => {
  const speaker = await Speaker.connect(nats.url, device, stream);
  speakers = [...speakers, speaker];
  return speaker;
};

async function visit(options: BrowserContextOptions = {}): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
  page.on("dialog", (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  await page.goto(console.url);
}

describe.skipIf(!launch)(`in a browser (${chromiumReason})`, () => {
  beforeAll(async () => {
    browser = await chromium.launch(launch);
  });

  afterAll(() => browser?.close());

  beforeEach(async () => {
    nats = await startNats();
    const config = { http: { host: "127.0.0.1", port: 0 }, nats: { servers: [nats.url] } };
    console = await startConsole(config, { environment: { SLUICE_LOG_LEVEL: "silent" } });
    pictures = await servePictures(() => frame);
    speakers = [];
    complaints = [];
    talking = setInterval(() => speakers.forEach(speak), 100);
  });

  afterEach(async () => {
    clearInterval(talking);
    await page?.context().close();
    await pictures[Symbol.asyncDispose]();
    for (const speaker of speakers) await speaker[Symbol.asyncDispose]();
    await console.close();
    await nats.stop();
  });

  test("an empty fleet says how to start a device; cameras then appear with picture, boxes and numbers", async () => {
    await visit();
    await page.getByText("No device has reported yet").waitFor(patience);
    await page.getByText("npx sluice edge").waitFor(patience);
    await join("gate");
    await join("yard");
    await page.getByRole("link", { name: "Open camera on gate" }).waitFor(patience);
    expect(await page.getByRole("article").count()).toBe(2);
    await page.locator('.live[data-feed="live"][data-frame]').first().waitFor(patience);
    await page.getByText("0.81").first().waitFor(patience);
    for (const text of ["±0.04", "believes car 84 %, person 61 %", "a kB costs 0.002"]) {
      await page.getByText(text).first().waitFor(patience);
    }
    const painted = await page
      .locator("canvas")
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")!.getImageData(canvas.width / 2, canvas.height - 5, 1, 1);
        return data[3];
      });
    expect(painted).toBe(255);
    expect(complaints).toEqual([]);
  });

  test("everything is reached by keyboard: layers, cards, a camera and back, ticks", async () => {
    await join("gate");
    await join("yard");
    await visit();
    const gate = page.getByRole("link", { name: "Open camera on gate" });
    const yard = page.getByRole("link", { name: "Open camera on yard" });
    await yard.waitFor(patience);
    for (const [key, layer] of [
      ["l", "local"],
      ["c", "corrected"],
      ["b", "both"],
    ] as const) {
      await page.keyboard.press(key);
      expect(await page.getByRole("radio", { name: layer }).isChecked()).toBe(true);
    }
    await gate.focus();
    await page.keyboard.press("ArrowRight");
    expect(await yard.evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "yard / camera" }).waitFor(patience);
    await page
      .getByText(/sent: worth 0\.31, price 0\.04, 18\.2 kB/)
      .first()
      .waitFor(patience);
    const ticks = page.getByRole("slider");
    await ticks.focus();
    await page.keyboard.press("Home");
    await until(async () => /^#\d+ (not )?sent: /.test((await ticks.getAttribute("aria-valuetext")) ?? ""));
    await page.keyboard.press("Escape");
    await yard.waitFor(patience);
    expect(await yard.evaluate((link) => link === document.activeElement)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("a device that falls silent, a source that fails and a lost broker are said plainly", async () => {
    const gate = await join("gate");
    const streams = [gate.report({ state: "retrying", problem: "rtsp://cam: refused" })];
    await visit();
    await page.getByRole("article").waitFor(patience);
    speakers = [];
    gate.heartbeat({ streams });
    await page.getByText("Reopening the source: rtsp://cam: refused").first().waitFor(patience);
    await page
      .getByText(/No sign of life for \d+ s/)
      .first()
      .waitFor(patience);
    const troubles = page.getByRole("list", { name: "Needs attention" });
    expect(await troubles.getByRole("link").allTextContents()).toEqual(["gate / camera"]);
    speakers = [gate];
    await page.getByText(/No sign of life/).waitFor({ ...patience, state: "hidden" });
    await nats.kill();
    await page.getByText("The console has lost its broker").waitFor(patience);
    await nats.start();
    await page.getByText("The console has lost its broker").waitFor({ ...patience, state: "hidden" });
  });

  test("when the console goes, the page says so and comes back by itself", async () => {
    await join("gate");
    await visit();
    await page.getByRole("article").waitFor(patience);
    const port = Number(new URL(console.url).port);
    await console.close();
    await page.getByText("The console cannot be reached").waitFor(patience);
    const config = { http: { host: "127.0.0.1", port }, nats: { servers: [nats.url] } };
    console = await startConsole(config, { environment: { SLUICE_LOG_LEVEL: "silent" } });
    await page.getByText("The console cannot be reached").waitFor({ ...patience, state: "hidden" });
    await page.getByRole("article").waitFor(patience);
    expect(await page.getByRole("article").getAttribute("data-level")).toBe("ok");
  });

  test("hostile names and problems are text and nothing else", async () => {
    const device = "<img/src=x/onerror=alert(1)>";
    const hostile = await join(device, "javascript:alert(2)");
    await visit();
    await page.getByText(device, { exact: true }).first().waitFor(patience);
    speakers = [];
    const problem = "<script>alert(3)</script>";
    hostile.heartbeat({ url: "javascript:alert(4)", streams: [hostile.report({ state: "stalled", problem })] });
    await page.getByText(problem).first().waitFor(patience);
    await page.getByRole("link", { name: /^Open / }).click();
    await page.getByRole("heading", { name: `${device} / javascript:alert(2)` }).waitFor(patience);
    expect(await page.locator('main img[src], [href^="javascript"], main script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("nothing scrolls sideways on a phone; light and dark follow the system", async () => {
    await join("a-device-with-quite-a-long-name-that-does-not-break-anywhere");
    await visit({ viewport: { width: 390, height: 844 }, colorScheme: "dark", reducedMotion: "reduce" });
    await page.getByRole("article").waitFor(patience);
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await width()).toBe(390);
    const dark = await ground();
    await page.emulateMedia({ colorScheme: "light" });
    expect(await ground()).not.toBe(dark);
    await page.getByRole("link", { name: /^Open / }).click();
    await page.getByRole("heading", { name: "Counters" }).waitFor(patience);
    expect(await width()).toBe(390);
    expect(complaints).toEqual([]);
  });
});
