import { systemClock } from "@sluice/foundation";
import { type NatsServer, startNats, startRelay, until } from "@sluice/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { publishedBytes } from "./framing.ts";
import type { Incoming } from "./incoming.ts";
import { connectLink, type Link, type LinkOptions, type LinkState } from "./link.ts";

let nats: NatsServer;
const links: Link[] = [];

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
});

async function open(options: Partial<LinkOptions> = {}): Promise<Link> {
  const link = await connectLink({ servers: [nats.url], name: "test", clock: systemClock, ...options });
  links.push(link);
  return link;
}

async function connected(options: Partial<LinkOptions> = {}): Promise<Link> {
  const link = await open(options);
  await until(() => link.connected);
  return link;
}

describe("a link", () => {
  it("delivers messages with headers to another link, and not to itself", async () => {
    const [a, b] = [await connected(), await connected()];
    const got: Incoming[] = [];
    const own: Incoming[] = [];
    b.subscribe("x.*", {}, (message) => got.push(message));
    a.subscribe("x.*", {}, (message) => own.push(message));
    await until(() => {
      a.publish("x.warm", "");
      return got.length > 0;
    });
    a.publish("x.y", "päyload", { "Sluice-Frame": "7" }, "back");
    const message = await until(() => got.find((m) => m.subject === "x.y"));
    expect(Buffer.from(message.payload).toString()).toBe("päyload");
    expect(message).toMatchObject({ headers: { "Sluice-Frame": "7" }, reply: "back", noResponders: false });
    expect(own).toEqual([]);
  });

  it("resolves with no server in sight, refuses to publish, and connects once there is one", async () => {
    const own = await startNats();
    await own.kill();
    const states: LinkState[] = [];
    const link = await open({ servers: [own.url], onState: (state) => states.push(state) });
    expect(link.publish("x", "lost")).toBe(false);
    const state = await until(() => states[0]);
    expect(state.problem).toMatchObject({ code: "disconnected", message: expect.stringContaining(own.url) });
    await own.start();
    await until(() => link.connected);
    expect(link.publish("x", "y")).toBe(true);
    expect(states.at(-1)).toEqual({ connected: true, problem: null });
    await link.close();
    await own.stop();
  });

  it("notices a killed server, buffers nothing, and restores its subscriptions afterwards", async () => {
    const own = await startNats();
    const [a, b] = [await connected({ servers: [own.url] }), await connected({ servers: [own.url] })];
    const got: string[] = [];
    b.subscribe("news", {}, (message) => got.push(Buffer.from(message.payload).toString()));
    await own.kill();
    await until(() => !a.connected && !b.connected);
    const before = a.bytesOut;
    expect(a.publish("news", "while away")).toBe(false);
    expect(a.bytesOut).toBe(before);
    await own.start();
    await until(() => a.connected && b.connected);
    await until(() => {
      a.publish("news", "back");
      return got.length > 0;
    });
    expect(got).not.toContain("while away");
    expect(a.connections).toBe(2);
    await Promise.all([a.close(), b.close()]);
    await own.stop();
  });

  it("takes over by the next server of its list", async () => {
    const [first, second] = [await startNats(), await startNats()];
    await first.kill();
    const link = await connected({ servers: [first.url, second.url] });
    await second.kill();
    await until(() => !link.connected);
    await first.start();
    await until(() => link.connected);
    expect(link.connections).toBe(2);
    await link.close();
    await Promise.all([first.stop(), second.stop()]);
  });

  it("notices within three pings that nothing passes any more, also with bytes stuck in the socket", async () => {
    await using relay = await startRelay(nats.port);
    const link = await connected({ servers: [`nats://127.0.0.1:${relay.port}`] });
    relay.freeze(true);
    const chunk = new Uint8Array(256 << 10);
    while (link.publish("bulk", chunk));
    await until(() => !link.connected);
    relay.cut();
    relay.freeze(false);
    await until(() => link.connected);
    expect(link.publish("bulk", "")).toBe(true);
    await link.close();
  }, 60_000);

  it("bounds what a stuck socket may hold", async () => {
    await using relay = await startRelay(nats.port);
    const link = await connected({ servers: [`nats://127.0.0.1:${relay.port}`] });
    relay.freeze(true);
    const chunk = new Uint8Array(64 << 10);
    let sent = 0;
    while (link.publish("bulk", chunk)) sent++;
    expect(sent * chunk.length).toBeLessThanOrEqual((1 << 20) + (64 << 10));
    relay.freeze(false);
    await until(() => link.publish("bulk", chunk));
    await link.close();
  });

  it("refuses what is larger than the server takes, and says so by false", async () => {
    const small = await startNats({ config: "max_payload: 1000" });
    const link = await connected({ servers: [small.url] });
    expect(link.publish("x", new Uint8Array(1_000))).toBe(true);
    expect(link.publish("x", new Uint8Array(1_001))).toBe(false);
    expect(link.publish("x", new Uint8Array(990), { A: "1" })).toBe(false);
    await link.close();
    await small.stop();
  });

  // Retried, since a ping of the server may fall into the measurement.
  it("counts its bytes as the socket does", { retry: 2 }, async () => {
    await using relay = await startRelay(nats.port);
    const link = await connected({ servers: [`nats://127.0.0.1:${relay.port}`] });
    await until(() => {
      link.publish("settle", "");
      return relay.up > 0;
    });
    const quiet = await settled(() => relay.up);
    const before = link.bytesOut;
    link.publish("a.b", new Uint8Array(12_345), { "Sluice-Version": "1", Key: "é" }, "_INBOX.x.1");
    link.publish("a.b", new Uint8Array(9));
    link.publish("a.b", "", {}, "r");
    const expected =
      publishedBytes("a.b", "_INBOX.x.1", { "Sluice-Version": "1", Key: "é" }, 12_345) +
      publishedBytes("a.b", undefined, {}, 9) +
      publishedBytes("a.b", "r", {}, 0);
    await until(() => relay.up >= quiet + expected);
    expect((await settled(() => relay.up)) - quiet).toBe(expected);
    expect(link.bytesOut - before).toBe(expected);
  });

  it("counts received bytes as the socket does, headers and the broker's 503 included", { retry: 2 }, async () => {
    await using relay = await startRelay(nats.port);
    const [far, near] = [await connected(), await connected({ servers: [`nats://127.0.0.1:${relay.port}`] })];
    const got: Incoming[] = [];
    near.subscribe("in.>", {}, (message) => got.push(message));
    await until(() => {
      far.publish("in.warm", "");
      return got.length > 0;
    });
    const quiet = await settled(() => relay.down);
    const before = near.bytesIn;
    far.publish("in.x", new Uint8Array(3_000), { A: "1", B: "two" }, "answer.here");
    near.publish("nobody.there", "?", undefined, "in.reply");
    await until(() => got.some((m) => m.noResponders) && got.some((m) => m.payload.length === 3_000));
    expect((await settled(() => relay.down)) - quiet).toBe(near.bytesIn - before);
  });

  it("drops what its handler cannot take in time, and counts it", async () => {
    const [a, b] = [await connected(), await connected()];
    const [handled, overflowed] = [[] as Incoming[], [] as Incoming[]];
    const options = { maxPending: 10, onOverflow: (message: Incoming) => overflowed.push(message) };
    b.subscribe("flood", options, (message) => handled.push(message));
    await until(() => {
      a.publish("flood", "");
      return handled.length > 0;
    });
    for (let i = 0; i < 5_000; i++) a.publish("flood", "x");
    await until(() => {
      a.publish("flood", "last");
      return [...handled, ...overflowed].some((m) => m.payload.length === 4);
    });
    expect(handled.length + overflowed.length).toBeGreaterThan(5_000);
    expect(overflowed.length).toBeGreaterThan(0);
    expect(b.overflowed).toBe(overflowed.length);
  });

  it("stops delivering after unsubscribing, also what waited", async () => {
    const [a, b] = [await connected(), await connected()];
    let count = 0;
    const stop = b.subscribe("s", {}, () => {
      count++;
      stop();
    });
    await until(() => {
      for (let i = 0; i < 100; i++) a.publish("s", "");
      return count > 0;
    });
    const other: string[] = [];
    b.subscribe("end", {}, (m) => other.push(m.subject));
    await until(() => {
      a.publish("s", "");
      a.publish("end", "");
      return other.length > 0;
    });
    expect(count).toBe(1);
  });

  it("takes what the broker gave it before it leaves a group, so that of many messages none is lost", async () => {
    const [a, b, c] = [await connected(), await connected(), await connected()];
    const handled = new Set<number>();
    const options = { queue: "workers", maxPending: 10_000 };
    const take = ({ payload }: Incoming) => void handled.add(Number(Buffer.from(payload).toString()));
    let drained: Promise<void> | undefined;
    const leaving = b.subscribe("work", options, (message) => {
      take(message);
      // More waits for it now, in this process and on the way.
      if (handled.size > 500) drained ??= leaving.drain();
    });
    c.subscribe("work", options, take);
    await until(() => {
      a.publish("work", "-1");
      return handled.size > 0;
    });
    for (let n = 0; n < 4_000; n++) expect(a.publish("work", String(n))).toBe(true);
    await until(() => drained !== undefined);
    await drained;
    for (let n = 4_000; n < 5_000; n++) expect(a.publish("work", String(n))).toBe(true);
    await until(() => handled.size === 5_001, { what: "all messages, each once" });
  });

  it("refuses addresses and credentials that no retry can cure", async () => {
    const wrong = { name: "x", clock: systemClock };
    await expect(connectLink({ ...wrong, servers: ["ws://h:1"] })).rejects.toMatchObject({ code: "config-invalid" });
    await expect(connectLink({ ...wrong, servers: [] })).rejects.toMatchObject({ code: "config-invalid" });
    const missing = { ...wrong, servers: [nats.url], credentialsFile: "/no/such/file" };
    await expect(connectLink(missing)).rejects.toThrow("/no/such/file");
  });

  // Retried, since the machine may have been busy elsewhere.
  it("closes at once while it is still trying", { retry: 2 }, async () => {
    const link = await connectLink({ servers: ["nats://127.0.0.1:1"], name: "x", clock: systemClock });
    const startMs = performance.now();
    await link.close();
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it("survives headers that no client would send", async () => {
    const [far, near] = [await startRaw(nats.port), await connected()];
    const got: Incoming[] = [];
    const head = "NATS/1.0\r\n\u0001bad key\u007f: v\rv\r\n\r\n";
    near.subscribe("raw", {}, (message) => got.push(message));
    await until(() => {
      far.send(`HPUB raw ${head.length} ${head.length + 2}\r\n${head}hi\r\n`);
      return got.length > 0;
    });
    expect(got[0]).toMatchObject({ headers: {} });
    expect(Buffer.from(got[0]!.payload).toString()).toBe("hi");
    far.end();
  });
});

describe("a server that knows its users", () => {
  it("says that a wrong password is not permitted, and lets the right one in", async () => {
    const guarded = await startNats({ config: 'authorization { users: [{ user: test, password: "right" }] }' });
    const states: LinkState[] = [];
    const link = await open({ servers: [guarded.url], token: "wrong", onState: (state) => states.push(state) });
    const refused = await until(() => states[0]);
    expect(refused.problem).toMatchObject({ code: "not-permitted" });
    await link.close();
    const second = await connected({ servers: [guarded.url], token: "right" });
    expect(second.publish("x", "")).toBe(true);
    await guarded.stop();
  });

  it("takes the same secret as a plain token", async () => {
    const guarded = await startNats({ config: 'authorization { token: "t0k3n" }' });
    const link = await connected({ servers: [guarded.url], token: "t0k3n" });
    expect(link.connected).toBe(true);
    await link.close();
    await guarded.stop();
  });
});

/** The value once it has stayed the same for a few polls. */
async function settled(value: () => number): Promise<number> {
  let [last, same] = [value(), 0];
  await until(() => {
    same = value() === last ? same + 1 : 0;
    last = value();
    return same >= 10;
  });
  return last;
}

async function startRaw(port: number): Promise<{ send(text: string): void; end(): void }> {
  const { connect } = await import("node:net");
  const socket = connect(port, "127.0.0.1");
  await new Promise((resolve) => socket.once("data", resolve));
  socket.on("data", () => {});
  socket.write('CONNECT {"verbose":false,"headers":true,"protocol":1}\r\n');
  return { send: (text) => socket.write(text, "latin1"), end: () => socket.destroy() };
}
