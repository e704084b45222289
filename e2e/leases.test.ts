import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fleet } from "@sluice/allocation";
import { edgeConfigSchema, environmentSchema, policyBucket, subjects, versionOfWire } from "@sluice/contracts";
import { type Edge, startEdge } from "@sluice/edge";
import { type Clock, seededPrng, systemClock } from "@sluice/foundation";
import { encodeJpeg } from "@sluice/imaging";
import {
  Bucket,
  connectLink,
  type Decoded,
  decodeDecision,
  decodeLeaseReport,
  type Link,
  serveModel,
} from "@sluice/messaging";
import { LeaseDesk, openLeaseBucket } from "@sluice/operator";
import {
  type NatsServer,
  peaksModel,
  type Relay,
  startNats,
  startRelay,
  type TempDir,
  tempDir,
  until,
  writeModel,
} from "@sluice/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** Less than one device sends at half its frame rate, so that a slow machine's devices want all they get, too. */
const fleetBytesPerSecond = 20_000;
const floor = 1_500;
/** A share that is nearly right stays as it is. */
const nearlyAll = 0.9 * (fleetBytesPerSecond - floor);
const patience = { timeoutMs: 240_000 };
const input = { width: 64, height: 32, stride: 8, classes: 2 };

let nats: NatsServer;
let dir: TempDir;
let office: Link;
let documents: Bucket;
let ends: (() => unknown)[];

beforeEach(async () => {
  [nats, dir] = [await startNats({ jetStream: true }), tempDir()];
  ends = [];
  office = await connected();
  serve(office);
  documents = new Bucket(office, { name: policyBucket.name, description: "policies", maxBytes: 1 << 20 });
  const peak = { classId: 0, column: 2, row: 2, score: 0.6, distances: [10, 10, 10, 10] } as const;
  const classes = ["person", "car"];
  await writeModel(dir.path, peaksModel({ ...input, peaks: [peak] }), {
    name: "small",
    family: "peaks",
    ...input,
    classes,
  });
  await mkdir(join(dir.path, "pictures"));
  const data = new Uint8Array(64 * 32 * 3).map((_, i) => (i * 7) % 200);
  const picture = await encodeJpeg({ width: 64, height: 32, data }, { width: 64, quality: 80 });
  await writeFile(join(dir.path, "pictures/0.jpg"), picture.data);
});
afterEach(async () => {
  for (const end of ends.toReversed()) await end();
  await nats.stop();
  await dir.remove();
});

/** A cloud to which the one that the edge always sees comes and goes, so that nobody ever knows; what matters here is what is sent. */
function serve(link: Link): void {
  const seen: [number, number, number, number, number, number] = [10, 10, 30, 30, 0.9, 0];
  const took = { queueMs: 0, decodeMs: 0, computeMs: 0, batch: 1 };
  serveModel(link, "big", (request) => {
    const detections = { classes: ["person"], boxes: request.frame % 50 < 25 ? [seen] : [] };
    request.answer({
      version: versionOfWire,
      frame: request.frame,
      model: "big",
      digest: "d",
      ...input,
      ...took,
      detections,
      threshold: 0.5,
    });
  });
}

async function connected(): Promise<Link> {
  const link = await connectLink({ servers: [nats.url], name: "office", clock: systemClock });
  ends.push(() => link.close());
  await until(() => link.connected);
  return link;
}

const fleet = (over: Partial<Fleet> = {}): Fleet => ({
  bytesPerSecond: fleetBytesPerSecond,
  burstBytes: 16_384,
  members: ["cam-a", "cam-b"].map((device) => ({ device, floor, cap: 1e9, weight: 1 })),
  ...over,
});

/** An operator's process as far as leases go: a link and a desk. `kill` takes its link away and says nothing. */
async function hire(operator: string, over: Partial<Fleet> = {}, virgin = false, clock: Clock = systemClock) {
  const link = await connected();
  const bucket = openLeaseBucket(link);
  const parts = { clock, prng: seededPrng(3), onProblem: () => {} };
  const desk = new LeaseDesk({ bucket, policy: "gate", operator, fleet: fleet(over), virgin, ...parts });
  ends.push(() => desk.close());
  return { desk, kill: () => link.close() };
}

/** Says how a device decides; `always` wants all that it can get, `never` wants nothing, `learned` asks what it costs. */
async function tell(device: string, revision: string, policy: "always" | "never" | "learned") {
  const rungs = [{ name: "full", width: 64, quality: 75 }];
  const choices = { decision: { policy }, focus: {}, payload: { rungs }, delivery: {}, audit: {} };
  const document = {
    version: versionOfWire,
    device,
    policy: "gate",
    revision,
    model: "big",
    edgeModel: null,
    ...choices,
  };
  await documents.with(({ kv }) => kv.put(policyBucket.document(device), JSON.stringify(document)));
}

async function camera(device: string, url = nats.url): Promise<Edge> {
  const config = edgeConfigSchema.parse({
    device,
    http: { port: 0 },
    nats: { uplink: { servers: [url] }, site: { servers: [nats.url] } },
    model: join(dir.path, "small.yaml"),
    state: join(dir.path, device),
    control: "operator",
    offload: { model: "big", budget: { rate: "1kB/s" } },
    streams: [{ name: "main", source: `dir:${join(dir.path, "pictures")}`, fps: 50, loop: true }],
  });
  const environment = environmentSchema.parse({ SLUICE_LOG_LEVEL: "silent" });
  const edge = await startEdge({ config, environment, prng: seededPrng(1) });
  ends.push(() => edge.close());
  return edge;
}

/** What a device says on these subjects from now on, oldest first. */
async function heardOf<T extends { readonly device: string }>(
  device: string,
  subject: string,
  decode: (payload: Uint8Array) => Decoded<T>,
): Promise<readonly T[]> {
  const heard: T[] = [];
  (await connected()).subscribe(subject, {}, ({ payload }) => {
    const decoded = decode(payload);
    if (decoded.ok && decoded.value.device === device) heard.push(decoded.value);
  });
  return heard;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

const rateOf = (edge: Edge) => edge.report().lease?.bytesPerSecond ?? 0;
const termOf = (edge: Edge) => edge.report().lease?.term ?? 0;

describe("a fleet of two real devices under real desks", { timeout: 720_000 }, () => {
  it("lends what one does not need to the other, never gives more than the budget, and moves nothing when operators change", async () => {
    const first = await hire("op-1", {}, true);
    await Promise.all([tell("cam-a", "gate-1", "always"), tell("cam-b", "gate-1", "never")]);
    const [a, b] = await Promise.all([camera("cam-a"), camera("cam-b")]);
    let [most, least] = [0, 0];
    const seen = (holds: () => boolean) => () => {
      most = Math.max(most, rateOf(a) + rateOf(b));
      least = Math.min(least, rateOf(a));
      return holds();
    };
    await until(
      seen(() => rateOf(a) > 0 && rateOf(b) > 0),
      patience,
    );
    // cam-b sends nothing, so its bucket stays full, and what is its own is lent.
    await until(
      seen(() => rateOf(b) === floor && rateOf(a) >= nearlyAll),
      patience,
    );
    const stateOf = (device: string) =>
      first.desk.state.overview!.leases().find((lease) => lease.device === device)!.state;
    await until(() => stateOf("cam-b") === "lent" && stateOf("cam-a") === "held", patience);

    const used = first.desk.state.overview!.usedBytes;
    least = rateOf(a);
    await first.kill();
    const second = await hire("op-2");
    await until(
      seen(() => termOf(a) === second.desk.state.term && termOf(b) === second.desk.state.term),
      patience,
    );
    expect(least).toBeGreaterThanOrEqual(nearlyAll);
    expect(rateOf(b)).toBe(floor);
    expect(second.desk.state.overview!.usedBytes).toBeGreaterThanOrEqual(used);
    expect(most).toBeLessThanOrEqual(fleetBytesPerSecond);
  });

  it("cut off, one falls to its floor by itself, goes on, and gets its share again when it is back", async () => {
    const relay: Relay = await startRelay(nats.port);
    ends.push(() => relay.close());
    const { desk } = await hire("op-1", {}, true);
    const reports = await heardOf("cam-b", subjects.leaseReportAll(), decodeLeaseReport);
    /** The rate at which it says that it spends. */
    const spends = () => reports.at(-1)?.bid?.atBytesPerSecond ?? 0;
    await Promise.all([tell("cam-a", "gate-1", "learned"), tell("cam-b", "gate-1", "learned")]);
    const [a, b] = await Promise.all([camera("cam-a"), camera("cam-b", `nats://127.0.0.1:${relay.port}`)]);
    await until(() => rateOf(a) > 2 * floor && rateOf(b) > 2 * floor && spends() > 2 * floor, patience);
    const before = spends();
    relay.freeze(true);
    // The bucket follows its lease within the resolution of the clock that both go by.
    await until(() => rateOf(b) === floor && b.report().budget.bytesPerSecond === floor, patience);
    expect(b.report()).toMatchObject({
      lease: { endsInMs: 0 },
      budget: { bytesPerSecond: floor },
      policy: { revision: "gate-1" },
    });
    const { answered } = b.report().streams[0]!;
    await until(() => b.report().streams[0]!.answered > answered + 20, patience);
    await until(() => rateOf(a) >= nearlyAll, patience);
    expect(desk.state.overview!.leases().find(({ device }) => device === "cam-b")).toMatchObject({ state: "silent" });
    relay.freeze(false);
    let least = before;
    await until(() => {
      least = Math.min(least, spends());
      return rateOf(b) > 2 * floor;
    }, patience);
    // It bids what it did before it was cut off; some seconds passed until it noticed.
    expect(least).toBeGreaterThan(before / 4);
  });

  it("spreads what is left of a quota over what is left of its month, and a byte is as dear as that makes it", async () => {
    const dayMs = 86_400_000;
    let aheadMs = Date.parse("2026-11-20T12:00Z") - Date.now();
    const calendar: Clock = { ...systemClock, wallMs: () => Date.now() + aheadMs };
    const spread = 4_000;
    const quotaOf = (bytesPerSecond: number) =>
      ({ bytes: (10.5 * dayMs * bytesPerSecond) / 1_000, per: "month" }) as const;
    const { desk } = await hire("op-1", { quota: quotaOf(2 * fleetBytesPerSecond) }, true, calendar);
    await Promise.all([tell("cam-a", "gate-1", "learned"), tell("cam-b", "gate-1", "learned")]);
    const decisions = await heardOf("cam-a", subjects.decisionAll(), decodeDecision);
    const [a, b] = await Promise.all([camera("cam-a"), camera("cam-b")]);
    const together = () => rateOf(a) + rateOf(b);
    /** Over its last two seconds. */
    const price = () => mean(decisions.slice(-100).map((decision) => decision.price));
    await until(() => together() >= nearlyAll, patience);
    await until(() => a.report().streams[0]!.sent >= 100, patience);
    const usual = price();

    desk.setFleet(fleet({ quota: quotaOf(spread) }));
    await until(() => together() <= spread && a.report().budget.bytesPerSecond <= spread, patience);
    expect(together()).toBeGreaterThan(2 * floor);
    await until(() => price() > 3 * usual, patience);

    // The month's last hour: what was saved is there to be spent.
    aheadMs += 10.4 * dayMs;
    await until(() => together() >= nearlyAll && price() < 1.5 * usual, patience);
  });

  it("its quota survives restarts of broker, operator and devices: each byte is counted once", async () => {
    const quota = { bytes: 1e9, per: "month" } as const;
    const first = await hire("op-1", { quota }, true);
    await Promise.all([tell("cam-a", "gate-1", "always"), tell("cam-b", "gate-1", "always")]);
    let [a, b] = await Promise.all([camera("cam-a"), camera("cam-b")]);
    const sent = () => a.report().budget.spentBytes + b.report().budget.spentBytes;
    await until(() => (first.desk.state.overview?.usedBytes ?? 0) > 20_000, patience);
    await Promise.all([a.close(), b.close()]);
    const sentBefore = sent();
    await first.kill();
    await nats.kill();
    await nats.start();
    const second = await hire("op-2", { quota });
    await until(() => second.desk.state.inCharge, patience);
    [a, b] = await Promise.all([camera("cam-a"), camera("cam-b")]);
    await until(() => (second.desk.state.overview?.usedBytes ?? 0) >= sentBefore, patience);
    expect(second.desk.state.overview!.usedBytes).toBeLessThanOrEqual(sentBefore + sent());
  });
});
