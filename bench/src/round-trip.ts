import { startCloud } from "./cloud-setting.ts";
import type { Context } from "./context.ts";
import { describe } from "./material.ts";
import type { Findings } from "./measure.ts";
import { middleHalf, quantile } from "./statistics.ts";

const target = { atMost: 5 };

/**
 * What a request costs beyond decoding and computing, one request at a time on an otherwise idle service. Quantiles are
 * over all requests, since a round has too few for a p99; their spread is that of the rounds.
 */
export async function roundTrip({ scale, material }: Context): Promise<Findings> {
  await using cloud = await startCloud(material, 1);
  const rounds: (readonly number[])[] = [];
  await cloud.client.turn(scale.settleMs, scale.settleMs);
  for (let round = 0; round < scale.rounds; round++) {
    rounds.push((await cloud.client.turn(0, scale.turnMs)).latenciesMs);
  }
  cloud.client.go();
  const all = rounds.flat();
  const over = (name: string, q: number) => ({
    name: `round trip less decode and compute, ${name}`,
    value: quantile(all, q),
    unit: "ms",
    spread: middleHalf(rounds.map((round) => quantile(round, q))),
  });
  return {
    setting: { ...(await describe(material, "cloudModel")), requests: all.length },
    measures: [{ ...over("p99", 0.99), target }, over("p50", 0.5)],
  };
}
