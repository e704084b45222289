import { setTimeout as settle } from "node:timers/promises";
import { subjects } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { connectLink, decodeResult } from "@sluice/messaging";
import { startNats } from "@sluice/testkit";
import type { Context } from "./context.ts";
import { startBare, startEdgeProgram } from "./edge-setting.ts";
import { describe } from "./material.ts";
import type { Findings, Measure } from "./measure.ts";
import { median, middleHalf, quantile } from "./statistics.ts";

const slowerByMs = 5;
/** Turns until both programs have warmed up. */
const rampUp = 10;

/**
 * Time from a frame's capture until its local result is in the hands of a subscriber in another process, at the clip's
 * own pace, against the time until the bare loop has its detections. Both run at once: at this pace there is room.
 */
export async function localLatency({ scale, material }: Context): Promise<Findings> {
  await using nats = await startNats();
  const published: number[][] = [];
  const link = await connectLink({ servers: [nats.url], name: "listener", clock: systemClock });
  link.subscribe(subjects.resultAll(), {}, ({ payload }) => {
    const nowMs = performance.timeOrigin + performance.now();
    const result = decodeResult(payload);
    if (result.ok && result.value.kind === "local") published.at(-1)?.push(nowMs - result.value.capturedAtMs);
  });
  await using bare = await startBare(material, "apart", "realtime");
  const setting = { material, server: nats.url, device: "paced", policy: "never", pace: "realtime" } as const;
  await using daemon = await startEdgeProgram(setting);
  const detected: (readonly number[])[] = [];
  await settle(scale.settleMs * rampUp);
  await bare.read();
  for (let round = 0; round < scale.rounds; round++) {
    published.push([]);
    await settle(scale.pacedTurnMs);
    detected.push((await bare.read()).latenciesMs);
  }
  await link.close();
  return {
    setting: { ...(await describe(material, "edgeModel")), daemon: daemon.name },
    measures: compare(detected, published),
  };
}

function compare(detected: readonly (readonly number[])[], published: readonly (readonly number[])[]): Measure[] {
  const p99 = (turns: readonly (readonly number[])[]) => turns.map((turn) => quantile(turn, 0.99));
  const [bare, daemon] = [p99(detected), p99(published)];
  const slower = daemon.map((value, round) => value - bare[round]!);
  const inMs = (values: number[]) => ({ value: median(values), unit: "ms", spread: middleHalf(values) });
  return [
    { name: "published later than the bare loop detects, p99", ...inMs(slower), target: { atMost: slowerByMs } },
    { name: "capture to published, p99", ...inMs(daemon) },
    { name: "capture to detections in the bare loop, p99", ...inMs(bare) },
  ];
}
