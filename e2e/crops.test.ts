import { join } from "node:path";
import { type DecisionMessage, fromWire, type Result, subjects } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { readPictures } from "@sluice/imaging";
import { connectLink, decodeDecision, decodeResult } from "@sluice/messaging";
import { openModel } from "@sluice/models";
import { type NatsServer, repoRoot, startNats, type TempDir, tempDir, until } from "@sluice/testkit";
import { type Box, coreOf, type Detection, frameF1, type Picture, within } from "@sluice/vision";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Program, report, startProgram } from "./program.builder.ts";

const models = join(repoRoot, "models");
const clip = `file:${join(models, "clips/crossroads.mp4")}`;
const budgetBytes = 25_000;

let dir: TempDir;
let nats: NatsServer;
let programs: Program[];

beforeEach(async () => {
  dir = tempDir();
  nats = await startNats();
  programs = [];
});
afterEach(async () => {
  await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
  await nats.stop();
  await dir.remove();
});

/** The cloud service and a device that may send crops of a clip, as processes. */
async function start(): Promise<Program> {
  const http = { port: 0 };
  const servers = [nats.url];
  const served = { manifest: join(models, "street-cloud.yaml") };
  programs.push(
    await startProgram("inference", dir.path, { replica: "one", http, nats: { servers }, models: [served] }),
  );
  const edge = await startProgram("edge", dir.path, {
    device: "gate",
    http,
    nats: { uplink: { servers }, site: { servers } },
    model: join(models, "street-edge.yaml"),
    offload: { model: "street-cloud", budget: { rate: `${budgetBytes}B/s` }, payload: { crops: true } },
    streams: [{ name: "main", source: clip, loop: true }],
  });
  programs.push(edge);
  return edge;
}

type Local = Extract<Result, { kind: "local" }>;

/** What the device says of its frames, by their number. */
async function listen() {
  const link = await connectLink({ servers: [nats.url], name: "test", clock: systemClock });
  const heard = new Map<number, { local?: Local; correction?: Result; decision?: DecisionMessage }>();
  const note = (frame: number, more: object) => heard.set(frame, { ...heard.get(frame), ...more });
  link.subscribe(subjects.resultAll(), {}, ({ payload }) => {
    const result = decodeResult(payload);
    if (result.ok) note(result.value.frame, { [result.value.kind]: result.value });
  });
  link.subscribe(subjects.decisionAll(), {}, ({ payload }) => {
    const decision = decodeDecision(payload);
    if (decision.ok) note(decision.value.frame, { decision: decision.value });
  });
  return { heard, close: () => link.close() };
}

/** The clip's pictures up to a number. */
async function picturesUntil(last: number): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for await (const { width, height, data } of readPictures(clip)) {
    pictures.push({ width, height, data: new Uint8Array(data) });
    if (pictures.length > last) break;
  }
  return pictures;
}

test("a device asks a real cloud about parts of frames, within its budget, and is told what the whole would have told", async () => {
  const { heard, close } = await listen();
  const edge = await start();
  const cropped = () => [...heard.values()].filter(({ decision, correction }) => decision?.region && correction);
  await until(() => cropped().length >= 25, { timeoutMs: 120_000, what: "answers to crops" });
  const { budget } = await report(edge);
  expect(budget.spentBytes).toBeLessThanOrEqual((budget.bytesPerSecond * budget.elapsedMs) / 1_000);

  const { decision, local } = cropped()[0]!;
  const why = (await (await fetch(`${edge.url}/api/why/main/${local!.frame}`)).json()) as DecisionMessage;
  expect(why).toMatchObject({ region: decision!.region, reason: "value", action: "send" });
  const whole = [...heard.values()].filter(({ decision: d }) => d?.action === "send" && !d.region);
  const mean = (all: { decision?: DecisionMessage }[]) =>
    all.reduce((sum, d) => sum + d.decision!.bytes, 0) / all.length;
  const wholeBytes = whole.length > 0 ? mean(whole) : Number.POSITIVE_INFINITY;
  expect(mean(cropped())).toBeLessThan(0.7 * wholeBytes);

  const cloud = await openModel(join(models, "street-cloud.yaml"), { workers: 1, threads: 1 });
  const asked = cropped().slice(0, 25);
  const pictures = await picturesUntil(Math.max(...asked.map(({ local: seen }) => seen!.sourceFrame)));
  const scores: number[] = [];
  for (const { local: seen, correction, decision: made } of asked) {
    const [x1, y1, x2, y2] = made!.region!;
    const core = coreOf({ x1, y1, x2, y2 }, seen!);
    const inCore = (box: Detection & Box) => within(box, core);
    const { detections } = await cloud.detect(pictures[seen!.sourceFrame]!);
    const expected = detections.filter(({ score }) => score >= cloud.threshold).filter(inCore);
    scores.push(frameF1(fromWire(correction!.answer, cloud.classes).filter(inCore), expected));
  }
  await cloud.close();
  await close();
  expect(scores.reduce((a, b) => a + b) / scores.length).toBeGreaterThan(0.8);
});
