import { readFile } from "node:fs/promises";
import { seededPrng } from "@sluice/foundation";
import { startNats, tempDir } from "@sluice/testkit";
import { type Material, manifestOf, writeJpegs } from "../material.ts";
import { cpuMs } from "../process-tree.ts";
import { Program } from "../program.ts";
import { mean } from "../statistics.ts";
import { type Asked, Asker } from "./asker.ts";
import type { Costs, Served } from "./costs.ts";
import { arrivals } from "./profile.ts";

/** A real replica under a load, and what its requests cost. */
export interface Watched {
  readonly costs: Costs;
  /** When requests were sent, since the first. */
  readonly sentMs: readonly number[];
  /** How long each waited, decoding not counted. */
  readonly waitsMs: readonly number[];
  readonly served: readonly Served[];
}

/** Nobody is refused. */
export const maxQueue = 10_000;
/** Requests that are sent one after the other, so that each is computed alone. */
const alone = 60;
const pictures = 24;
const cloud = new URL("../programs/cloud.ts", import.meta.url);

/**
 * Starts a broker and the inference service, asks it one request after the other, and then for a while at random, so often
 * that it would be busy for the share `load` of its time if it computed each request alone.
 */
export async function watchReplica(material: Material, load: number, minutes: number): Promise<Watched> {
  await using dir = tempDir();
  const nats = await startNats();
  try {
    const paths = await writeJpegs(material, dir.path, pictures);
    const jpegs = await Promise.all(paths.map((path) => readFile(path)));
    const model = (await manifestOf(material.cloudModel)).metadata.name;
    const models = [{ manifest: material.cloudModel, batching: { maxQueue } }];
    const config = { replica: "watched", http: { port: 0 }, nats: { servers: [nats.url] }, models };
    const beganMs = performance.now();
    await using service = await Program.start(cloud, [JSON.stringify(config)], "service");
    const startMs = performance.now() - beganMs;
    await using asker = await Asker.start(nats.url, model, jpegs);
    return await watch(service, asker, { startMs, load, minutes });
  } finally {
    await nats.stop();
  }
}

async function watch(
  service: Program,
  asker: Asker,
  { startMs, load, minutes }: { startMs: number; load: number; minutes: number },
): Promise<Watched> {
  const lone = await metered(service, async () => {
    const each: Asked[] = [];
    while (each.length < alone) each.push(await asker.ask());
    return each;
  });
  const serviceMs = mean(lone.asked.map(({ reply }) => reply.computeMs));
  const times = arrivals([{ name: "steady", minutes, from: load, to: load }], serviceMs, seededPrng(5));
  const many = await metered(service, () => asker.askAt(times));
  const beganMs = many.asked[0]!.sentMs;
  return {
    costs: { ...costsOf([lone, many]), startMs },
    sentMs: many.asked.map(({ sentMs }) => sentMs - beganMs),
    waitsMs: many.asked.map(({ reply }) => reply.queueMs),
    served: many.asked.map(({ sentMs, reply: { batch, queueMs, decodeMs, computeMs } }) => {
      return { atMs: sentMs - beganMs + queueMs + decodeMs, batch, decodeMs, computeMs };
    }),
  };
}

interface Metered {
  readonly asked: readonly Asked[];
  /** Processor time of the service, for each millisecond of decoding and computing. */
  readonly share: number;
}

async function metered(service: Program, ask: () => Promise<readonly Asked[]>): Promise<Metered> {
  const before = cpuMs(service.pids);
  const asked = await ask();
  const busyMs = asked.reduce((sum, { reply }) => sum + reply.decodeMs + reply.computeMs / reply.batch, 0);
  return { asked, share: (cpuMs(service.pids) - before) / busyMs };
}

/**
 * A replica in a cluster has the core that it requests. Here others may use the processor too: if the service got less of it
 * than its work took, its times hold waits for the processor, by which they are shortened.
 */
function costsOf(phases: readonly Metered[]): Omit<Costs, "startMs"> {
  const computeMs = new Map<number, number[]>();
  const decodeMs: number[] = [];
  for (const { asked, share } of phases) {
    const own = Math.min(1, share);
    for (const { reply } of asked) {
      decodeMs.push(own * reply.decodeMs);
      computeMs.set(reply.batch, [...(computeMs.get(reply.batch) ?? []), own * reply.computeMs]);
    }
  }
  return { decodeMs, computeMs, cpuShare: Math.max(1, ...phases.map(({ share }) => share)) };
}
