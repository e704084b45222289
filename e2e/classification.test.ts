import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DecisionMessage, type Result, subjects, type WireDetections } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { encodeJpeg } from "@sluice/imaging";
import { connectLink, decodeResult } from "@sluice/messaging";
import {
  colourModel,
  colourPreprocess,
  type NatsServer,
  startNats,
  type TempDir,
  tempDir,
  until,
  writeModel,
} from "@sluice/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Program, report, sample, startProgram } from "./program.builder.ts";

const colours = ["red", "green", "blue"] as const;
const size = { width: 64, height: 32 };
/** The camera's light changes every so many pictures, and begins again after all three. */
const spell = 40;
const colourOf = (sourceFrame: number) => colours[Math.floor(sourceFrame / spell) % 3]!;

let dir: TempDir;
let nats: NatsServer;
let programs: Program[];

beforeEach(async () => {
  dir = tempDir();
  nats = await startNats();
  programs = [];
  await mkdir(join(dir.path, "pictures"));
  for (let index = 0; index < 3 * spell; index++) await writePicture(index);
});
afterEach(async () => {
  await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
  await nats.stop();
  await dir.remove();
});

async function writePicture(index: number): Promise<void> {
  const lit = colours.indexOf(colourOf(index));
  const data = new Uint8Array(3 * size.width * size.height).map((_, i) => (i % 3 === lit ? 200 : 60) + ((i * 7) % 40));
  const { data: jpeg } = await encodeJpeg({ ...size, data }, { width: size.width, quality: 80 });
  await writeFile(join(dir.path, "pictures", `${String(index).padStart(3, "0")}.jpg`), jpeg);
}

/** A classifier of colours, sure by `gain`; a `bias` against blue makes it say something else of what is blue. */
async function writeClassifier(name: string, gain: number, bias: number): Promise<string> {
  const weights = (of: string) => colours.map((colour) => (colour === of ? gain : 0)) as [number, number, number];
  const classes = colours.map((colour) => ({ weights: weights(colour), bias: colour === "blue" ? -bias : 0 }));
  const fields = { name, family: "classification", ...size, classes: colours, more: colourPreprocess };
  return writeModel(dir.path, colourModel({ ...size, classes }), fields);
}

/** The cloud service with a classifier that knows blue, and a device with one that takes it for red, unsure. */
async function start(): Promise<Program> {
  const http = { port: 0 };
  const servers = [nats.url];
  const served = { manifest: await writeClassifier("colours-big", 20, 0) };
  programs.push(
    await startProgram("inference", dir.path, { replica: "one", http, nats: { servers }, models: [served] }),
  );
  return startDevice();
}

async function startDevice(): Promise<Program> {
  const servers = [nats.url];
  const edge = await startProgram("edge", dir.path, {
    device: "gate",
    http: { port: 0 },
    nats: { uplink: { servers }, site: { servers } },
    model: await writeClassifier("colours-small", 6, 4),
    state: join(dir.path, "state"),
    offload: { model: "colours-big", budget: { rate: "8kB/s" }, audit: { share: "0.3" } },
    streams: [{ name: "main", source: `dir:${join(dir.path, "pictures")}`, fps: 25, loop: true }],
  });
  programs.push(edge);
  return edge;
}

type Local = Extract<Result, { kind: "local" }>;

async function listen() {
  const link = await connectLink({ servers: [nats.url], name: "test", clock: systemClock });
  const heard = { locals: new Map<number, Local>(), corrections: new Map<number, Result>() };
  link.subscribe(subjects.resultAll(), {}, ({ payload }) => {
    const { value } = decodeResult(payload) as { value: Result };
    if (value.kind === "local") heard.locals.set(value.frame, value);
    else heard.corrections.set(value.frame, value);
  });
  return { ...heard, close: () => link.close() };
}

/** The labels that an answer holds. */
const labels = ({ classes, boxes }: WireDetections) => boxes.map((box) => classes[box[5]]);
const shareOf = (frames: readonly Local[], right: (frame: Local) => boolean) =>
  frames.filter(right).length / frames.length;

test("a device that classifies is corrected by a real classifier, believes it afterwards, and measures both", async () => {
  const { locals, corrections, close } = await listen();
  const edge = await start();
  const known = async () => (await report(edge)).streams[0]!.agreement;
  await until(() => corrections.size >= 40 && locals.size >= 6 * spell, { timeoutMs: 120_000, what: "corrections" });
  await until(async () => (await known()).corrected !== null, { timeoutMs: 120_000, what: "agreement" });

  for (const [frame, { task, answer }] of corrections) {
    expect(task).toBe("classification");
    expect(labels(answer)).toEqual([colourOf(locals.get(frame)!.sourceFrame)]);
  }
  const last = [...locals.values()].slice(-3 * spell);
  const right = ({ sourceFrame }: Local, answer: WireDetections) => labels(answer)[0] === colourOf(sourceFrame);
  expect(last.every(({ task, local, answer }) => task && local.boxes.length === 1 && answer.boxes.length === 1)).toBe(
    true,
  );
  expect(shareOf(last, (f) => right(f, f.local))).toBeCloseTo(2 / 3, 1);
  expect(shareOf(last, (f) => right(f, f.answer))).toBeGreaterThan(0.85);
  const { local, corrected } = await known();
  expect(corrected!).toBeGreaterThan(local!);

  const [frame] = [...corrections.keys()].slice(-1);
  const why = (await (await fetch(`${edge.url}/api/why/main/${frame}`)).json()) as DecisionMessage & {
    result: Local;
    correction: Result;
  };
  expect(why).toMatchObject({ action: "send", result: { task: "classification" } });
  expect(labels(why.correction.answer)).toEqual([colourOf(why.result.sourceFrame)]);
  const { budget } = await report(edge);
  expect(budget.spentBytes).toBeLessThanOrEqual((budget.bytesPerSecond * budget.elapsedMs) / 1_000);

  // What it learned of labels outlives it.
  const { samples } = await known();
  await edge.end("SIGTERM");
  const again = await startDevice();
  await until(async () => (await report(again)).streams[0]!.answered > 0, { what: "an answer after the restart" });
  expect((await report(again)).streams[0]!.agreement.samples).toBeGreaterThanOrEqual(samples);
  expect(await sample(again, "sluice_edge_state_aside_total")).toBe(0);
  await close();
});
