import { readFileSync } from "node:fs";
import { join } from "node:path";
import { limits, type OffloadReply, subjects } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { type NatsServer, repoRoot, startNats, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Incoming } from "./incoming.ts";
import { connectLink, type Link, type LinkState } from "./link.ts";
import { OffloadClient, type OffloadEnd } from "./offload-client.ts";
import type { OffloadRequest } from "./offload-request.ts";
import { serveModel } from "./serve-model.ts";

const config = readFileSync(join(repoRoot, "deploy/samples/nats/site.conf"), "utf8");
const password = { "cam-a": "change-me-a", "cam-b": "change-me-b", "replica-1": "change-me-r", console: "change-me-c" };

let nats: NatsServer;
const links: Link[] = [];

beforeAll(async () => {
  nats = await startNats({ config });
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

  it("takes messages as large as Sluice's limit", async () => {
    const { link } = await enter("cam-a");
    expect(link.publish(subjects.infer("m", "cam-a", "gate"), new Uint8Array(limits.payloadBytes))).toBe(true);
  });
});
