import { startNats } from "@sluice/testkit";
import type { Context } from "./context.ts";
import { edgeThreads, startBare, startEdgeProgram, startResponder } from "./edge-setting.ts";
import { describe } from "./material.ts";
import type { Findings } from "./measure.ts";
import { cpuPerItem, rate, rateAgainst, takeTurns } from "./rounds.ts";
import { median } from "./statistics.ts";

const alone = { atLeast: 97 };
const sending = { atLeast: 92 };

/**
 * Frames a second of the edge daemon, as fast as it can, against loops that only decode and infer: one whose pictures
 * are decoded in a process of their own, as the daemon's are, and one that does all in one process.
 */
export async function edgeThroughput({ scale, material }: Context): Promise<Findings> {
  await using nats = await startNats();
  const setting = { material, server: nats.url, pace: "asap" } as const;
  await using responder = await startResponder(nats.url);
  await using bare = await startBare(material, "apart", "asap");
  await using here = await startBare(material, "here", "asap");
  await using silent = await startEdgeProgram({ ...setting, device: "silent", policy: "never" });
  await using talking = await startEdgeProgram({ ...setting, device: "talking", policy: "periodic" });
  const turns = await takeTurns({ bare, silent, here, talking }, scale);
  const sent = turns.talking.map((turn) => (100 * turn.sent) / Math.max(1, turn.count));
  return {
    setting: {
      ...(await describe(material, "edgeModel")),
      threads: edgeThreads,
      cloud: `${responder.name} that answers at once`,
    },
    measures: [
      { name: "daemon, of the bare loop", ...rateAgainst(turns.silent, turns.bare), target: alone },
      { name: "daemon, of the loop in one process", ...rateAgainst(turns.silent, turns.here), target: alone },
      { name: "daemon sending, of the bare loop", ...rateAgainst(turns.talking, turns.bare), target: sending },
      { name: "share of frames that it sent", value: median(sent), unit: "%", target: { atLeast: 9.9 } },
      { name: "bare loop", ...rate(turns.bare, "frames/s") },
      { name: "loop in one process", ...rate(turns.here, "frames/s") },
      { name: "daemon", ...rate(turns.silent, "frames/s") },
      { name: "daemon sending", ...rate(turns.talking, "frames/s") },
      { name: "processor time a frame, bare loop", ...cpuPerItem(turns.bare) },
      { name: "processor time a frame, daemon", ...cpuPerItem(turns.silent) },
      { name: "processor time a frame, daemon sending", ...cpuPerItem(turns.talking) },
    ],
  };
}
