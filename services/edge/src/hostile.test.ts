import { subjects } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { connectLink, type Link } from "@sluice/messaging";
import { startNats, until } from "@sluice/testkit";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildSite, configOf, goodReply, neighbours, type Site, startDevice } from "./edge.builder.ts";
import type { Edge } from "./edge.ts";

let site: Site;
beforeEach(async () => {
  site = await buildSite();
});
afterEach(() => site[Symbol.asyncDispose]());

const main = (edge: Edge) => edge.report().streams[0]!;
const ended = (edge: Edge) => Object.values(main(edge).offloads).reduce((sum, n) => sum + n, 0);
const offload = { budget: { rate: "400kB/s" }, decision: { policy: "always" }, delivery: { deadline: "400ms" } };

function expectLaw(edge: Edge): void {
  const { spentBytes, bytesPerSecond, elapsedMs } = edge.report().budget;
  expect(spentBytes).toBeLessThanOrEqual((bytesPerSecond * elapsedMs) / 1_000);
}

/** A cloud that answers each request with the next of these texts, whatever was asked. */
async function strangeCloud(url: string, texts: (frame: number) => string): Promise<Link & AsyncDisposable> {
  const link = await connectLink({ servers: [url], name: "strange", clock: systemClock });
  link.subscribe(subjects.infer("big", "*", "*"), {}, (message) => {
    message.respond(texts(Number(message.headers["Sluice-Frame"])));
  });
  return Object.assign(link, { [Symbol.asyncDispose]: () => link.close() });
}

const reply = (frame: number, extra: object) => JSON.stringify({ ...goodReply({ frame } as never), ...extra });
const manyBoxes = (count: number, box: string) =>
  `{"classes":["car"],"boxes":[${Array.from({ length: count }, () => box).join(",")}]}`;

/** Each is one reply to one frame. */
const strange: Record<string, (frame: number) => string> = {
  "a million boxes": (frame) => reply(frame, { detections: "@" }).replace('"@"', manyBoxes(1_000_000, "[0,0,9,9,1,0]")),
  "as many boxes as there may be, all alike": (frame) =>
    reply(frame, { detections: "@" }).replace('"@"', manyBoxes(1_000, "[1,1,30,30,1,0]")),
  "boxes at the end of the world": (frame) =>
    reply(frame, { width: 1, height: 1, detections: { classes: ["car"], boxes: [[-1e6, -1e6, 1e6, 1e6, 1, 0]] } }),
  "boxes beyond it": (frame) =>
    reply(frame, { detections: "@" }).replace('"@"', manyBoxes(3, "[-1e308,0,1e308,9,1,0]")),
  infinity: (frame) => reply(frame, { detections: "@" }).replace('"@"', manyBoxes(1, "[0,0,1e999,9,1,0]")),
  "NaN, as JSON has it": (frame) => reply(frame, { detections: "@" }).replace('"@"', manyBoxes(1, "[0,0,null,9,1,0]")),
  "NaN, as it does not": (frame) => reply(frame, { detections: "@" }).replace('"@"', manyBoxes(1, "[0,0,NaN,9,1,0]")),
  "boxes inside out": (frame) => reply(frame, { detections: { classes: ["car"], boxes: [[9, 9, 1, 1, 1, 0]] } }),
  "boxes without size": (frame) => reply(frame, { detections: { classes: ["car"], boxes: [[9, 9, 9, 9, 1, 0]] } }),
  "a picture of no size": (frame) => reply(frame, { width: 0, height: -5 }),
  "a class that is not there": (frame) => reply(frame, { detections: { classes: [], boxes: [[0, 0, 9, 9, 1, 7]] } }),
  "a class named __proto__": (frame) =>
    reply(frame, { detections: { classes: ["__proto__"], boxes: [[0, 0, 9, 9, 1, 0]] } }),
  "another frame": (frame) => reply(frame + 1e15, {}),
  nothing: () => "",
  "deep nesting": (frame) => reply(frame, { detections: "@" }).replace('"@"', "[".repeat(100_000)),
};

describe("replies of strangers", () => {
  it("leave the device answering, within its budget, and able to learn from honest ones after", async () => {
    await using nats = await startNats({ config: "max_payload: 32MB" });
    const texts = Object.values(strange);
    let asked = 0;
    let honest = false;
    await using _ = await strangeCloud(nats.url, (frame) =>
      honest ? reply(frame, {}) : texts[asked++ % texts.length]!(frame),
    );
    const edge = await startDevice(configOf(site, nats.url, { offload }));
    await until(() => asked > 2 * texts.length, { timeoutMs: 120_000, what: "every strange reply twice" });
    const { answered } = main(edge);
    await until(() => main(edge).answered > answered + 10);
    honest = true;
    const before = main(edge).offloads.answered ?? 0;
    await until(() => (main(edge).offloads.answered ?? 0) > before + 5, { timeoutMs: 60_000 });
    expect(main(edge).offloads.invalid).toBeGreaterThan(0);
    expect(main(edge).dropped["model-error"]).toBeUndefined();
    expectLaw(edge);
    await edge.close();
  });

  it("leave it so whatever they are made of", async () => {
    await using nats = await startNats();
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -1, 1e6, null, "1"));
    const boxes = fc.array(fc.oneof(fc.tuple(number, number, number, number, number, number), fc.anything()));
    const fields = fc.record(
      {
        version: fc.constantFrom(1, 1, 1, 2, "1"),
        width: number,
        height: number,
        threshold: number,
        digest: fc.string(),
        detections: fc.oneof(fc.record({ classes: fc.array(fc.string()), boxes }), fc.anything()),
        error: fc.option(fc.record({ code: fc.string(), message: fc.string() }), { nil: undefined }),
      },
      { requiredKeys: [] },
    );
    const samples = fc.sample(fields, { numRuns: 200, seed: 7 }).map((sample) => safeJson(sample));
    let asked = 0;
    await using _ = await strangeCloud(nats.url, (frame) =>
      // Every third is honest, so that the cloud is not taken for dead.
      asked++ % 3 === 0 ? reply(frame, {}) : reply(frame, samples[asked % samples.length]!),
    );
    const edge = await startDevice(configOf(site, nats.url, { offload }));
    await until(() => asked >= 1.5 * samples.length, { timeoutMs: 100_000, what: "all replies" });
    expectLaw(edge);
    expect(ended(edge)).toBeGreaterThan(samples.length / 2);
    const { answered } = main(edge);
    await until(() => main(edge).answered > answered + 10);
    await edge.close();
  });
});

/** Bigints and cycles are no JSON; a stranger's text can hold neither. */
function safeJson(value: object): object {
  try {
    return JSON.parse(JSON.stringify(value)) as object;
  } catch {
    return {};
  }
}

describe("a wall clock that jumps", () => {
  it("years to and fro moves neither the budget nor the answers", async () => {
    await using nats = await startNats();
    await using heard = await neighbours(nats, (request) => request.answer(goodReply(request)));
    const yearMs = 365 * 86_400_000;
    const prng = seededPrng(3);
    let offsetMs = 0;
    const clock = { ...systemClock, wallMs: () => Date.now() + offsetMs };
    const jumping = setInterval(() => (offsetMs = Math.round((prng.next() * 2 - 1) * yearMs)), 50);
    const edge = await startDevice(configOf(site, nats.url), clock);
    await until(() => main(edge).agreement.samples >= 3 && (main(edge).offloads.answered ?? 0) > 20, {
      timeoutMs: 120_000,
    });
    clearInterval(jumping);
    expectLaw(edge);
    expect(heard.results.length).toBeGreaterThan(50);
    await edge.close();
  });
});
