import { maxBatch, startCloud } from "./cloud-setting.ts";
import type { Context } from "./context.ts";
import { describe } from "./material.ts";
import type { Findings } from "./measure.ts";
import type { Turn } from "./program.ts";
import { rate, rateAgainst } from "./rounds.ts";

const target = { atLeast: 95 };
/** Enough that the service never waits for the client. */
const inFlight = 4 * maxBatch;

/**
 * Pictures a second through NATS and the cloud service, against loops that decode the same JPEGs and run the same
 * batches: one that decodes between runs, and one that decodes the next batch during the run, as the service does.
 */
export async function cloudThroughput({ scale, material }: Context): Promise<Findings> {
  await using cloud = await startCloud(material, inFlight);
  await using bare = await cloud.startBare(false);
  await using ahead = await cloud.startBare(true);
  const turns: Record<"served" | "bare" | "ahead", Turn[]> = { served: [], bare: [], ahead: [] };
  for (const program of [cloud.service, bare, ahead]) program.stop();
  for (let round = 0; round < scale.rounds; round++) {
    turns.bare.push(await bare.turn(scale.settleMs, scale.turnMs));
    cloud.service.go();
    turns.served.push(await cloud.client.turn(scale.settleMs, scale.turnMs));
    cloud.service.stop();
    turns.ahead.push(await ahead.turn(scale.settleMs, scale.turnMs));
  }
  cloud.client.go();
  cloud.service.go();
  return {
    setting: { ...(await describe(material, "cloudModel")), maxBatch, client: "in a process of its own" },
    measures: [
      { name: "served, of the bare loop", ...rateAgainst(turns.served, turns.bare), target },
      { name: "served, of a loop that decodes ahead", ...rateAgainst(turns.served, turns.ahead), target },
      { name: "served", ...rate(turns.served, "pictures/s") },
      { name: "bare loop", ...rate(turns.bare, "pictures/s") },
      { name: "loop that decodes ahead", ...rate(turns.ahead, "pictures/s") },
    ],
  };
}
