import type { Fleet } from "@sluice/allocation";
import { type SluiceError, subjects } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { connectLink, type Link } from "@sluice/messaging";
import { type NatsServer, startNats, until } from "@sluice/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DeskOptions, LeaseDesk } from "./desk.ts";
import { SimpleDevice } from "./device.builder.ts";
import { type LeaseBucket, openLeaseBucket } from "./lease-bucket.ts";

const patience = { timeoutMs: 40_000 };
let nats: NatsServer;
let ends: (() => unknown)[];
let problems: SluiceError[];

beforeEach(async () => {
  nats = await startNats({ jetStream: true });
  ends = [];
  problems = [];
});
afterEach(async () => {
  for (const end of ends.toReversed()) await end();
  await nats.stop();
});

async function connected(name: string): Promise<Link> {
  const link = await connectLink({ servers: [nats.url], name, clock: systemClock });
  ends.push(() => link.close());
  await until(() => link.connected);
  return link;
}

const fleetOf = (devices: readonly string[], over: Partial<Fleet> = {}): Fleet => ({
  bytesPerSecond: 100_000,
  burstBytes: 64_000,
  members: devices.map((device) => ({ device, floor: 1_000, cap: 1e9, weight: 1 })),
  ...over,
});

async function open(operator: string, fleet: Fleet, over: Partial<DeskOptions> = {}) {
  const bucket: LeaseBucket = openLeaseBucket(await connected(operator));
  const prng = seededPrng(7);
  const onProblem = (problem: SluiceError) => problems.push(problem);
  const desk = new LeaseDesk({ bucket, policy: "gate", operator, fleet, clock: systemClock, prng, onProblem, ...over });
  ends.push(() => desk.close());
  return { desk, bucket };
}

async function start(names: readonly string[]): Promise<SimpleDevice[]> {
  const bucket = openLeaseBucket(await connected("devices"));
  const all = names.map((name) => new SimpleDevice(name, "gate", bucket));
  ends.push(() => all.forEach((device) => device.stop()));
  return all;
}

const total = (all: readonly SimpleDevice[]) => all.reduce((sum, { rate }) => sum + rate, 0);

describe("a desk", () => {
  it("gives a new fleet its budget at once, and moves it to where bytes are worth most", async () => {
    const { desk } = await open("op-1", fleetOf(["a", "b"]), { virgin: true });
    const [a, b] = (await start(["a", "b"])) as [SimpleDevice, SimpleDevice];
    await until(() => a.rate === 50_000 && b.rate === 50_000, patience);
    expect(desk.state).toMatchObject({
      inCharge: true,
      overview: { bytesPerSecond: 100_000, owedBytesPerSecond: 100_000 },
    });
    a.bid = { price: 8, atBytesPerSecond: 50_000, demandBytesPerSecond: 1_000_000 };
    b.bid = { ...a.bid, price: 1 };
    for (const device of [a, b]) device.reportNow();
    let most = 0;
    await until(() => {
      most = Math.max(most, total([a, b]));
      return a.rate > 80_000;
    }, patience);
    expect(most).toBeLessThanOrEqual(100_000);
    b.idle = true;
    await until(() => b.rate === 1_000 && a.rate === 99_000, patience);
    expect(desk.state.overview!.leases().find(({ device }) => device === "b")).toMatchObject({ state: "lent" });
  });

  it("killed and started again moves nothing, and counts on", async () => {
    const fleet = fleetOf(["a", "b"], { quota: { bytes: 1e12, per: "month" } });
    const first = await open("op-1", fleet, { virgin: true });
    const [a, b] = (await start(["a", "b"])) as [SimpleDevice, SimpleDevice];
    a.bid = { price: 5, atBytesPerSecond: 50_000, demandBytesPerSecond: 1_000_000 };
    a.bytes = 123_456;
    await until(() => a.rate > 60_000 && total([a, b]) > 99_000, patience);
    a.reportNow();
    await until(() => first.desk.state.overview!.usedBytes === 123_456, patience);
    const before = [a.rate, b.rate];
    // A kill: its connection goes, and nothing was said.
    first.bucket.close();
    const second = await open("op-2", fleet);
    await until(() => second.desk.state.inCharge, patience);
    await until(() => a.term === second.desk.state.term && b.term === second.desk.state.term, patience);
    expect([a.rate, b.rate]).toEqual(before);
    expect(second.desk.state.overview).toMatchObject({ usedBytes: 123_456, quiet: true });
  });

  it("of two at work one waits, and takes over when the first goes in order", async () => {
    const first = await open("op-1", fleetOf(["a"]), { virgin: true });
    const [a] = (await start(["a"])) as [SimpleDevice];
    await until(() => a.rate === 100_000, patience);
    await first.desk.close();
    const second = await open("op-2", fleetOf(["a"]));
    await until(() => a.term === second.desk.state.term && a.rate === 100_000, patience);
    expect(first.desk.state).toMatchObject({ inCharge: false, overview: null });
    expect(second.desk.state.inCharge).toBe(true);
  });

  it("that is pushed aside says so and hands out nothing", async () => {
    const first = await open("op-1", fleetOf(["a"]), { virgin: true });
    await until(() => first.desk.state.inCharge, patience);
    const second = await open("op-2", fleetOf(["a"]));
    await until(() => second.desk.state.inCharge, patience);
    expect(first.desk.state.inCharge).toBe(false);
    expect(problems.map(({ code }) => code)).toContain("not-leader");
  });

  it("follows an edit of the policy", async () => {
    const { desk } = await open("op-1", fleetOf(["a", "b"]), { virgin: true });
    const all = await start(["a", "b"]);
    await until(() => total(all) === 100_000, patience);
    desk.setFleet(fleetOf(["a"], { bytesPerSecond: 30_000 }));
    await until(() => all[0]!.rate === 30_000 && all[1]!.rate === 0 && all[1]!.floor === 0, patience);
    expect(desk.state.overview!.bytesPerSecond).toBe(30_000);
  });

  it("goes on after the broker was killed, without a new term", async () => {
    const { desk } = await open("op-1", fleetOf(["a"]), { virgin: true });
    const [a] = (await start(["a"])) as [SimpleDevice];
    await until(() => a.rate === 100_000, patience);
    const { term } = desk.state;
    await nats.kill();
    await until(() => !desk.state.inCharge, patience);
    expect(desk.state.overview).toBeNull();
    await nats.start();
    await until(() => desk.state.inCharge, patience);
    a.reportNow();
    await until(() => desk.state.overview!.leases()[0]!.state === "held", patience);
    expect([desk.state.term, a.rate]).toEqual([term, 100_000]);
  });

  it("after the bucket was wiped claims a later term and lets devices keep what they hold", async () => {
    const { desk, bucket } = await open("op-1", fleetOf(["a", "b"]), { virgin: true });
    const [a, b] = (await start(["a", "b"])) as [SimpleDevice, SimpleDevice];
    a.bid = { price: 5, atBytesPerSecond: 50_000, demandBytesPerSecond: 1_000_000 };
    await until(() => a.rate > 60_000 && total([a, b]) > 99_000, patience);
    const [before, { term }] = [[a.rate, b.rate], desk.state];
    await bucket.leases.bucket.with(({ kv }) => kv.destroy());
    await until(() => desk.state.term > term && a.term === desk.state.term && b.term === desk.state.term, {
      timeoutMs: 55_000,
    });
    expect([a.rate, b.rate]).toEqual(before);
  });

  it("ignores reports that are malformed or speak for another device", async () => {
    const { desk } = await open("op-1", fleetOf(["a", "b"]), { virgin: true });
    const stranger = await connected("stranger");
    const heard: Uint8Array[] = [];
    stranger.subscribe(subjects.leaseReportAll("gate"), {}, ({ payload }) => heard.push(payload));
    await start(["a"]);
    await until(() => desk.state.overview?.leases().some(({ state }) => state === "held"), patience);
    const honest = await until(() => heard[0]);
    stranger.publish(subjects.leaseReport("gate", "b"), honest);
    stranger.publish(subjects.leaseReport("gate", "c"), "no report");
    await until(() => desk.state.ignoredReports === 2, patience);
    expect(problems.map(({ code }) => code)).toEqual(["bad-request", "bad-request"]);
    expect(desk.state.overview!.leases().find(({ device }) => device === "b")).toMatchObject({ state: "silent" });
  });
});
