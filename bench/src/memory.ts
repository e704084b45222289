import { setTimeout as pause } from "node:timers/promises";
import { startNats } from "@sluice/testkit";
import type { Context } from "./context.ts";
import { startEdgeProgram, startResponder } from "./edge-setting.ts";
import { describe } from "./material.ts";
import type { Findings } from "./measure.ts";
import { proportionalBytes, residentBytes } from "./process-tree.ts";
import { blockMeans, fitLine, mean } from "./statistics.ts";

const sampleMs = 1_000;
const blocks = 10;
const mebibyte = 2 ** 20;
const limitMiB = 300;
/** Growth that cannot be told from none over the minutes that are watched, MiB a minute. */
const flatMiB = 0.5;

/** Memory of the daemon and its capture process at a camera's pace, sending to a cloud that answers. */
export async function memory({ scale, material }: Context): Promise<Findings> {
  await using nats = await startNats();
  await using responder = await startResponder(nats.url);
  const setting = { material, server: nats.url, device: "watched", policy: "learned", pace: "realtime" } as const;
  await using daemon = await startEdgeProgram(setting);
  await pause(scale.warmUpMs);
  const points: [number, number][] = [];
  const shared: number[] = [];
  const startMs = performance.now();
  while (performance.now() - startMs < scale.watchMs) {
    const pids = daemon.pids;
    points.push([(performance.now() - startMs) / 60_000, residentBytes(pids) / mebibyte]);
    shared.push(proportionalBytes(pids) / mebibyte);
    await pause(sampleMs);
  }
  const { slope, margin } = fitLine(blockMeans(points, blocks));
  const spread: [number, number] = [slope - margin, slope + margin];
  const own = residentBytes([daemon.pids[0]!]) / mebibyte;
  return {
    setting: { ...(await describe(material, "edgeModel")), cloud: responder.name, minutes: scale.watchMs / 60_000 },
    measures: [
      { name: "daemon and capture, shared pages once", value: mean(shared), unit: "MiB", target: { atMost: limitMiB } },
      { name: "daemon alone, resident", value: own, unit: "MiB", target: { atMost: limitMiB } },
      { name: "daemon and capture, resident summed", value: mean(points.map(([, y]) => y)), unit: "MiB" },
      { name: "growth", value: slope, unit: "MiB/min", spread, target: { atMost: flatMiB }, note: "95 % interval" },
    ],
  };
}
