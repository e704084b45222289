import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Network, type Replayed, readNetwork, rungsBySize, secondsOf, type Trace } from "@sluice/replay";
import { sharedData } from "@sluice/testkit";
import { quantile } from "../statistics.ts";
import type { Passage } from "./found.ts";
import { agreementOf, attempt } from "./ways.ts";

const deadlineMs = 500;
const rttMs = 80;
/** Recorded throughput of phones on the move: one of each vehicle. */
const vehicles = { bus: "norway_bus_1", car: "norway_car_2", train: "norway_train_1", tram: "norway_tram_10" };

/** The traced links, where they are at hand. */
export function networks(): ReadonlyMap<string, Network> {
  const folder = join(sharedData() ?? "", "network/hsdpa");
  const there = Object.entries(vehicles).filter(([, file]) => existsSync(join(folder, file)));
  return new Map(there.map(([name, file]) => [name, readNetwork(readFileSync(join(folder, file), "utf8"), file)]));
}

/** The decision over each link, beside itself without one. */
export function passagesOf(trace: Trace, share: number, links: ReadonlyMap<string, Network>): Passage[] {
  const how = { policy: "learned", budget: { share }, seed: 1, deadlineMs } as const;
  const without = agreementOf(attempt(trace, how));
  return [...links].map(([name, network]) => {
    const run = attempt(trace, { ...how, road: { network, rttMs } });
    const link = { network: name, lost: without - agreementOf(run), ...demandOf(trace, share, network) };
    return { ...link, ...arrivalsOf(run.frames, network) };
  });
}

/** What the budget asks of the link, beside what it carries, and how many frames it could carry in time one by one. */
function demandOf(trace: Trace, share: number, network: Network) {
  const largest = rungsBySize(trace.header)[0]!;
  const seconds = secondsOf(trace);
  const sizes = trace.frames.map(({ bytes }) => bytes[largest]!);
  const passable = trace.frames.filter(({ t }, i) => aloneMs(network, t, sizes[i]!) <= deadlineMs).length;
  return {
    needed: (share * sizes.reduce((a, b) => a + b, 0)) / seconds,
    carried: network.carriedBytes(seconds * 1_000) / seconds,
    passable: passable / sizes.length,
  };
}

/** Until the reply to so many bytes, sent at `t` seconds with nothing else under way, is there. */
const aloneMs = (network: Network, t: number, bytes: number): number =>
  network.sentAtMs(t * 1_000, bytes) + rttMs - t * 1_000;

function arrivalsOf(frames: readonly Replayed[], network: Network) {
  const sent = frames.filter(({ action }) => action === "send");
  const ages = sent.map(({ arrivedAt = Number.POSITIVE_INFINITY, frame }) => arrivedAt - frame.t);
  const late = sent.filter((_, i) => ages[i]! * 1_000 > deadlineMs + 1e-6);
  const arrived = ages.filter(Number.isFinite);
  return {
    sends: sent.length,
    late: late.length,
    ownLate: late.filter(({ frame, bytes }) => aloneMs(network, frame.t, bytes) <= deadlineMs).length,
    ageP95: arrived.length === 0 ? null : quantile(arrived, 0.95),
  };
}
