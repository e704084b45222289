import { readFileSync } from "node:fs";
import { join } from "node:path";
import { leaseBucket, limits, type OffloadReply, subjects, type Term, termSchema } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { type NatsServer, repoRoot, startNats, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bucket } from "./bucket.ts";
import { Watch } from "./bucket-watch.ts";
import type { Incoming } from "./incoming.ts";
import { KeyView } from "./key-view.ts";
import { connectLink, type Link, type LinkState } from "./link.ts";
import { OffloadClient, type OffloadEnd } from "./offload-client.ts";
import type { OffloadRequest } from "./offload-request.ts";
import { serveModel } from "./serve-model.ts";

const config = readFileSync(join(repoRoot, "deploy/samples/nats/site.conf"), "utf8");
const password = {
  "cam-a": "change-me-a",
  "cam-b": "change-me-b",
  "replica-1": "change-me-r",
  operator: "change-me-o",
  console: "change-me-c",
};

let nats: NatsServer;
const links: Link[] = [];

beforeAll(async () => {
  nats = await startNats({ config, jetStream: true });
});
afterAll(async () => {
  await Promise.all(links.map((link) => link.close()));
  await nats.stop();
});

async function enter(name: keyof typeof password): Promise<{ link: Link; states: LinkState[] }> {
  const states: LinkState[] = [];
  const onState = (state: LinkState) => states.push(state);
  const link = await connectLink({ servers: [nats.url], name, token: password[name], clock: systemClock, onState });
  links.push(link);
  await until(() => link.connected);
  return { link, states };
}

const denied = (states: LinkState[], subject: string) =>
  until(() => states.find(({ problem }) => problem?.code === "not-permitted" && problem.message.includes(subject)));

const reply: OffloadReply = {
  version: 1,
  frame: 1,
  model: "m",
  digest: "d",
  width: 1,
  height: 1,
  detections: { classes: [], boxes: [] },
  threshold: 0.5,
  batch: 1,
  queueMs: 0,
  decodeMs: 0,
  computeMs: 0,
};

const still = { clock: systemClock, prng: seededPrng(1) };
const term: Term = { version: 1, policy: "gate", term: 1, operator: "op", open: true, released: false };
const bucketOf = (link: Link) => new Bucket(link, { name: leaseBucket.name, description: "leases", maxBytes: 1 << 20 });

function view(link: Link, key: string, onValue: (value: Term) => void): KeyView<typeof termSchema> {
  return new KeyView({
    ...still,
    link,
    device: "cam-a",
    bucket: leaseBucket.name,
    key,
    schema: termSchema,
    what: "lease",
    publish: (...message) => link.publish(...message),
    onReceived() {},
    onValue,
    onDelete() {},
    onProblem() {},
  });
}

describe("the sample broker configuration", () => {
  it("lets a device offload, report and hear the answer, and the console watch", async () => {
    const [device, replica, watcher] = [await enter("cam-a"), await enter("replica-1"), await enter("console")];
    const served: OffloadRequest[] = [];
    serveModel(replica.link, "m", (request) => {
      served.push(request);
      request.answer(reply);
    });
    const seen: Incoming[] = [];
    watcher.link.subscribe(subjects.resultAll(), {}, (message) => seen.push(message));
    const client = new OffloadClient({ link: device.link, model: "m", device: "cam-a", clock: systemClock });
    const ends: OffloadEnd[] = [];
    client.onEnd((end) => ends.push(end));
    const offload = { stream: "gate", frame: 1, jpeg: new Uint8Array(9) };
    await until(() => {
      client.send({ ...offload, deadlineMs: Date.now() + 5_000 });
      device.link.publish(subjects.result("cam-a", "gate"), "{}");
      return seen.length > 0 && ends.some((end) => end.outcome === "answered");
    });
    expect(served[0]).toMatchObject({ device: "cam-a", stream: "gate" });
    expect([...device.states, ...replica.states, ...watcher.states].filter((state) => state.problem)).toEqual([]);
    client.close();
  });

  it("keeps a device from speaking or listening as another, and says which subject it may not use", async () => {
    const { link, states } = await enter("cam-a");
    const forged = subjects.result("cam-b", "gate");
    const foreign = subjects.infer("m", "cam-b", "gate");
    const overheard: Incoming[] = [];
    link.subscribe(`${subjects.inbox("cam-b")}.>`, {}, (message) => overheard.push(message));
    link.publish(forged, "{}");
    link.publish(foreign, "x", {}, `${subjects.inbox("cam-a")}.1`);
    await Promise.all([denied(states, forged), denied(states, foreign), denied(states, subjects.inbox("cam-b"))]);
    expect(link.connected).toBe(true);
    const { link: replica } = await enter("replica-1");
    replica.publish(`${subjects.inbox("cam-b")}.1`, "for cam-b only");
    const own: Incoming[] = [];
    link.subscribe(`${subjects.inbox("cam-a")}.*`, {}, (message) => own.push(message));
    await until(() => replica.publish(`${subjects.inbox("cam-a")}.1`, "later") && own.length > 0);
    expect(overheard).toEqual([]);
  });

  it("keeps the console from publishing anything", async () => {
    const { link, states } = await enter("console");
    link.publish(subjects.heartbeat("cam-a"), "{}");
    expect(await denied(states, subjects.heartbeat("cam-a"))).toMatchObject({ connected: true });
  });

  it("lets an operator keep leases, and a device hear its own, and report", async () => {
    const [{ link: office, states }, { link, states: own }] = [await enter("operator"), await enter("cam-a")];
    const leases = bucketOf(office).shelf(termSchema, "lease");
    await leases.put(leaseBucket.lease("gate", "cam-a"), term);
    await leases.put(leaseBucket.lease("gate", "cam-b"), { ...term, term: 2 });
    const watch = new Watch({ shelf: leases, filter: ">", ...still, onValue() {}, onDelete() {}, onProblem() {} });
    const reports: Incoming[] = [];
    office.subscribe(subjects.leaseReportAll(), {}, (message) => reports.push(message));
    const told: number[] = [];
    const seen = view(link, leaseBucket.lease("gate", "cam-a"), (value) => told.push(value.term));
    await until(() => told.length === 1 && watch.synced);
    expect(await leases.list("lease.*.*")).toHaveLength(2);
    await leases.delete(leaseBucket.lease("gate", "cam-b"));
    await until(() => link.publish(subjects.leaseReport("gate", "cam-a"), "{}") && reports.length > 0);
    expect([...states, ...own].filter(({ problem }) => problem)).toEqual([]);
    seen.close();
    watch.stop();
  });

  it("keeps a device from another's leases and policy, from writing its own, and from the bucket as a whole", async () => {
    const [{ link: office }, { link, states }] = [await enter("operator"), await enter("cam-a")];
    const leases = bucketOf(office).shelf(termSchema, "lease");
    await leases.put(leaseBucket.lease("gate", "cam-b"), term);
    const told: number[] = [];
    const foreign = view(link, leaseBucket.lease("gate", "cam-b"), (value) => told.push(value.term));
    const stream = `KV_${leaseBucket.name}`;
    const forbidden = [
      `$KV.${leaseBucket.name}.${leaseBucket.lease("gate", "cam-a")}`,
      `$KV.${leaseBucket.name}.${leaseBucket.mandate("gate")}`,
      `$JS.API.STREAM.PURGE.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}.x.$KV.${leaseBucket.name}.>`,
      `$JS.API.DIRECT.GET.${stream}`,
      subjects.leaseReport("gate", "cam-b"),
    ];
    for (const subject of forbidden) link.publish(subject, "{}", { "Nats-Rollup": "all" }, "_INBOX.cam-a.x");
    await Promise.all(forbidden.map((subject) => denied(states, `"${subject}"`)));
    await denied(states, `DIRECT.GET.${stream}.$KV.${leaseBucket.name}.${leaseBucket.lease("gate", "cam-b")}`);
    expect(told).toEqual([]);
    expect((await leases.get(leaseBucket.lease("gate", "cam-b")))?.value).toMatchObject({ ok: true });
    foreign.close();
  });

  it("is as strict with devices as the chart's broker", () => {
    const users = readFileSync(join(repoRoot, "charts/sluice/files/users.yaml"), "utf8");
    const [device = ""] = users.split("\ninference:");
    const block = config.slice(config.indexOf("user: cam-a"), config.indexOf("user: cam-b"));
    const subjectsIn = (text: string) => new Set([...text.matchAll(/"([^"]+\.[^"]+)"/g)].map(([, subject]) => subject));
    expect(subjectsIn(device.replaceAll("DEVICE", "cam-a"))).toEqual(subjectsIn(block));
    expect(subjectsIn(block).size).toBeGreaterThan(10);
  });

  it("takes messages as large as Sluice's limit", async () => {
    const { link } = await enter("cam-a");
    expect(link.publish(subjects.infer("m", "cam-a", "gate"), new Uint8Array(limits.payloadBytes))).toBe(true);
  });
});
