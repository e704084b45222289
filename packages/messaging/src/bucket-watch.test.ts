import { type SluiceError, type Term, termSchema } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { type NatsServer, startNats, startRelay, until } from "@sluice/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Bucket, type Shelf } from "./bucket.ts";
import { Watch } from "./bucket-watch.ts";
import { connectLink, type Link } from "./link.ts";

let nats: NatsServer;
const links: Link[] = [];

beforeAll(async () => {
  nats = await startNats({ jetStream: true });
});
afterAll(() => nats.stop());
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
});

const term = (number: number): Term => ({
  version: 1,
  policy: "gate",
  term: number,
  operator: "op",
  open: true,
  released: false,
});

async function shelf(name: string, url = nats.url): Promise<Shelf<Term>> {
  const link = await connectLink({ servers: [url], name: "test", clock: systemClock });
  links.push(link);
  await until(() => link.connected);
  return new Bucket(link, { name, description: "for a test", maxBytes: 64 << 20 }).shelf(termSchema, "term");
}

/** A watch, and what it told: the terms by key as they are, and everything in order. */
function follow(terms: Shelf<Term>, filter = "*") {
  const now = new Map<string, number>();
  const told: string[] = [];
  const problems: SluiceError[] = [];
  const watch = new Watch({
    shelf: terms,
    filter,
    clock: systemClock,
    prng: seededPrng(1),
    onValue(key, value) {
      now.set(key, value.term);
      told.push(`${key}=${value.term}`);
    },
    onDelete(key) {
      now.delete(key);
      told.push(`${key} gone`);
    },
    onProblem: (problem) => problems.push(problem),
  });
  return { watch, now, told, problems };
}

describe("a watch", () => {
  it("tells what there is, then what changes, of the keys asked for", async () => {
    const terms = await shelf("changes");
    await terms.put("a.x", term(1));
    await terms.put("b.x", term(2));
    const { watch, told } = follow(await shelf("changes"), "a.*");
    await until(() => watch.synced);
    await terms.put("a.y", term(3));
    await terms.delete("a.x");
    await until(() => told.length === 3);
    expect(told).toEqual(["a.x=1", "a.y=3", "a.x gone"]);
    watch.stop();
  });

  it("of an empty bucket is synced at once", async () => {
    const { watch, problems } = follow(await shelf("empty"));
    await until(() => watch.synced);
    expect(problems).toEqual([]);
    watch.stop();
  });

  it("ignores what is malformed and goes on, keeping the last good value", async () => {
    const terms = await shelf("malformed");
    const { watch, now, problems } = follow(terms);
    await terms.put("gate", term(1));
    await until(() => now.get("gate") === 1);
    // A bucket keeps each key's last value alone: who comes late does not hear of those between.
    for (const [i, bytes] of ["{", "[]", '{"version":9}', JSON.stringify({ ...term(2), term: -1 })].entries()) {
      await terms.bucket.with(({ kv }) => kv.put("gate", bytes));
      await until(() => watch.ignored === i + 1);
    }
    const codes = ["bad-request", "unsupported-version", "unsupported-version", "bad-request"];
    expect(problems.map(({ code }) => code)).toEqual(codes);
    expect(problems[3]!.message).toContain("gate");
    expect(now.get("gate")).toBe(1);
    await terms.put("gate", term(3));
    await until(() => now.get("gate") === 3);
    watch.stop();
  });

  it("after the broker was killed tells what changed meanwhile, and nothing twice", async () => {
    const own = await startNats({ jetStream: true });
    const writer = await shelf("killed", own.url);
    const { watch, now, told } = follow(await shelf("killed", own.url));
    await writer.put("stays", term(1));
    await until(() => now.get("stays") === 1);
    await own.kill();
    await until(() => !watch.synced);
    await own.start();
    await until(() => watch.synced);
    await until(() => links.every((link) => link.connected));
    await writer.put("new", term(2));
    await until(() => now.get("new") === 2);
    expect(told).toEqual(["stays=1", "new=2"]);
    watch.stop();
    await own.stop();
  });

  it("behind a cut link tells of deletions that it missed", async () => {
    const relay = await startRelay(nats.port);
    const writer = await shelf("cut");
    await writer.put("goes", term(1));
    await writer.put("stays", term(1));
    const { watch, now } = follow(await shelf("cut", `nats://127.0.0.1:${relay.port}`));
    await until(() => now.size === 2);
    relay.cut();
    await until(() => !watch.synced);
    await writer.delete("goes");
    await writer.put("stays", term(2));
    await until(() => now.get("stays") === 2 && watch.synced);
    expect([...now]).toEqual([["stays", 2]]);
    watch.stop();
    await relay.close();
  });

  it("notices that the bucket was wiped: what it held is gone, and what comes then is new", async () => {
    const writer = await shelf("wiped");
    const { watch, now, told } = follow(await shelf("wiped"));
    await writer.put("a", term(1));
    await writer.put("b", term(1));
    await until(() => now.size === 2);
    await writer.bucket.with(({ kv }) => kv.destroy());
    // The new bucket counts its revisions from 1 again, so a's new value has the revision of its old one.
    await writer.put("a", term(7));
    await until(() => now.get("a") === 7 && !now.has("b"));
    expect(told.slice(0, 2)).toEqual(["a=1", "b=1"]);
    watch.stop();
  });

  it("brings thousands of keys without losing one", async () => {
    const writer = await shelf("many");
    const keys = Array.from({ length: 3_000 }, (_, i) => `device-${i}`);
    await Promise.all(keys.map((key, i) => writer.put(key, term(i + 1))));
    const { watch, now } = follow(await shelf("many"));
    await until(() => watch.synced && now.size === keys.length);
    await Promise.all(keys.map((key, i) => writer.put(key, term(i + 5_000))));
    await until(() => keys.every((key, i) => now.get(key) === i + 5_000));
    expect(watch.ignored).toBe(0);
    watch.stop();
  });
});
