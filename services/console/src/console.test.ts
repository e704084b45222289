import { subjects } from "@sluice/contracts";
import { type NatsServer, startNats, until } from "@sluice/testkit";
import type { Snapshot } from "@sluice/web";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Console, startConsole } from "./console.ts";
import { Speaker } from "./fleet.builder.ts";

let nats: NatsServer;
let console: Console;
let gate: Speaker;

beforeEach(async () => {
  nats = await startNats();
  console = await startConsole(
    { http: { host: "127.0.0.1", port: 0 }, nats: { servers: [nats.url] } },
    { environment: { SLUICE_LOG_LEVEL: "silent" } },
  );
  gate = await Speaker.connect(nats.url);
  await until(async () => (await snapshot()).broker.up, { what: "the console's connection" });
});

afterEach(async () => {
  await gate[Symbol.asyncDispose]();
  await console.close();
  await nats.stop();
});

const snapshot = async () => (await (await fetch(`${console.url}/api/fleet`)).json()) as Snapshot;
const heard = async (kind: string, fate: string) => {
  const text = await (await fetch(`${console.url}/metrics`)).text();
  return Number(
    new RegExp(`sluice_console_messages_total\\{kind="${kind}",fate="${fate}"\\} (\\d+)`).exec(text)?.[1] ?? 0,
  );
};

test("what a device publishes is in the snapshot, without what nobody reads", async () => {
  gate.heartbeat();
  gate.decision(7, { action: "send", reason: "value", bytes: 18_000, signals: { staleness: 1 } });
  gate.result(7);
  gate.backend("r1");
  const fleet = await until(async () => {
    const seen = await snapshot();
    return (seen.devices[0]?.streams[0]?.results.length ?? 0) > 0 && seen.replicas.length > 0 && seen;
  });
  const stream = fleet.devices[0]!.streams[0]!;
  expect(stream.sends.map((d) => [d.frame, d.bytes])).toEqual([[7, 18_000]]);
  expect(stream.decisions[0]).not.toHaveProperty("signals");
  expect(stream.report.agreement.corrected).toBe(0.81);
});

test("garbage, other versions and messages under another's name are counted and change nothing", async () => {
  gate.link.publish(subjects.heartbeat("gate"), "{not json");
  gate.link.publish(subjects.heartbeat("gate"), JSON.stringify({ version: 2 }));
  gate.link.publish(subjects.result("gate", "camera"), "x".repeat(70_000));
  const thief = await Speaker.connect(nats.url, "other");
  thief.heartbeat({ device: "gate" });
  await thief[Symbol.asyncDispose]();
  await until(async () => (await heard("heartbeat", "invalid")) === 2 && (await heard("heartbeat", "forged")) === 1);
  await until(async () => (await heard("result", "too-large")) === 1);
  expect((await snapshot()).devices).toEqual([]);
});

test("a restarted device begins anew, with no negative bytes", async () => {
  gate.heartbeat({ streams: [gate.report({ bytes: 500_000 })] });
  await until(async () => (await snapshot()).devices.length === 1);
  gate.startedAtMs = 2_000;
  gate.heartbeat({ streams: [gate.report({ bytes: 100 })] });
  const device = await until(async () => {
    const [seen] = (await snapshot()).devices;
    return seen?.heartbeat.startedAtMs === 2_000 && seen;
  });
  const bytes = device.streams[0]!.slots.map((slot) => slot.bytes);
  expect(bytes.every((b) => b >= 0)).toBe(true);
  expect(bytes.reduce((a, b) => a + b, 0)).toBeCloseTo(100);
});

test("the console says that its broker is gone, and hears again when it is back", async () => {
  await nats.kill();
  await until(async () => !(await snapshot()).broker.up);
  expect((await fetch(`${console.url}/readyz`)).status).toBe(503);
  await nats.start();
  await until(async () => (await snapshot()).broker.up);
  await until(() => gate.link.connected);
  gate.heartbeat();
  await until(async () => (await snapshot()).devices.length === 1);
});
