import { startCloud } from "./cloud-setting.ts";
import type { Context } from "./context.ts";
import { describe } from "./material.ts";
import type { Findings } from "./measure.ts";
import { median, middleHalf, quantile } from "./statistics.ts";

const target = { atMost: 5 };

/** What a request costs beyond decoding and computing, one request at a time on an otherwise idle service. */
export async function roundTrip({ scale, material }: Context): Promise<Findings> {
  await using cloud = await startCloud(material, 1);
  const rounds: (readonly number[])[] = [];
  await cloud.client.turn(scale.settleMs, scale.settleMs);
  for (let round = 0; round < scale.rounds; round++) {
    rounds.push((await cloud.client.turn(0, scale.turnMs)).latenciesMs);
  }
  cloud.client.go();
  const p99 = rounds.map((latencies) => quantile(latencies, 0.99));
  const p50 = rounds.map((latencies) => median(latencies));
  return {
    setting: { ...(await describe(material, "cloudModel")), requests: rounds.reduce((n, r) => n + r.length, 0) },
    measures: [
      {
        name: "round trip less decode and compute, p99",
        value: median(p99),
        unit: "ms",
        spread: middleHalf(p99),
        target,
      },
      { name: "round trip less decode and compute, p50", value: median(p50), unit: "ms", spread: middleHalf(p50) },
    ],
  };
}
