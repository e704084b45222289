import { limits, type SluiceError, type Term, termSchema } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { type NatsServer, startNats, until } from "@sluice/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Bucket, type Shelf } from "./bucket.ts";
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

const spec = (name: string) => ({ name, description: "for a test", maxBytes: 1 << 20 });
const term = (number: number, operator = "op"): Term => ({
  version: 1,
  policy: "gate",
  term: number,
  operator,
  open: true,
  released: false,
});

async function connected(server = nats): Promise<Link> {
  const link = await connectLink({ servers: [server.url], name: "test", clock: systemClock });
  links.push(link);
  await until(() => link.connected);
  return link;
}

async function shelf(name: string, server = nats): Promise<Shelf<Term>> {
  return new Bucket(await connected(server), spec(name)).shelf(termSchema, "term");
}

const refusal = (promise: Promise<unknown>): Promise<SluiceError> =>
  promise.then(
    () => expect.unreachable("it went through"),
    (error: SluiceError) => error,
  );

describe("a bucket", () => {
  it("is created where it is missing, and gives back what was put, with its revision", async () => {
    const terms = await shelf("basic");
    expect(await terms.get("gate")).toBeNull();
    const revision = await terms.put("gate", term(1));
    expect(await terms.get("gate")).toEqual({ key: "gate", revision, value: { ok: true, value: term(1) } });
    expect(await (await shelf("basic")).get("gate")).toMatchObject({ revision });
  });

  it("keeps the last value of a key only, and no larger bucket than it was told", async () => {
    const terms = await shelf("small");
    for (let i = 1; i <= 50; i++) await terms.put("gate", term(i));
    const status = await terms.bucket.with(({ kv }) => kv.status());
    expect(status).toMatchObject({ values: 1, history: 1, max_bytes: 1 << 20, maxValueSize: limits.messageBytes });
  });

  it("writes by compare-and-swap: of many at once, one gets through", async () => {
    const all = await Promise.all([shelf("race"), shelf("race"), shelf("race")]);
    const first = await Promise.all(all.map((terms, i) => terms.swap("gate", term(1, `op-${i}`), 0)));
    expect(first.filter((revision) => revision !== null)).toHaveLength(1);
    const revision = first.find((found) => found !== null)!;
    const second = await Promise.all(all.map((terms, i) => terms.swap("gate", term(2, `op-${i}`), revision)));
    expect(second.filter((found) => found !== null)).toHaveLength(1);
    expect(await (await shelf("race")).swap("gate", term(3), revision)).toBeNull();
  });

  it("lists what is under some keys, and nothing where nothing is", async () => {
    const terms = await shelf("listed");
    expect(await terms.list("a.*")).toEqual([]);
    await Promise.all(Array.from({ length: 500 }, (_, i) => terms.put(`a.${i}`, term(i + 1))));
    await terms.put("b.x", term(9));
    await terms.delete("a.7");
    const found = await terms.list("a.*");
    expect(found).toHaveLength(499);
    expect(found.every(({ key, value }) => value.ok && key === `a.${value.value.term - 1}`)).toBe(true);
  });

  it("begins a deleted key at revision 0 again", async () => {
    const terms = await shelf("deleted");
    await terms.put("gate", term(1));
    await terms.delete("gate");
    expect(await terms.get("gate")).toBeNull();
    expect(await terms.swap("gate", term(2), 0)).toBeGreaterThan(0);
  });

  it("says what is wrong with a value that somebody else wrote", async () => {
    const terms = await shelf("foreign");
    await terms.bucket.with(({ kv }) => kv.put("gate", "{"));
    expect((await terms.get("gate"))?.value).toMatchObject({ ok: false, error: { code: "bad-request" } });
    await terms.bucket.with(({ kv }) => kv.put("gate", JSON.stringify({ ...term(1), version: 2 })));
    expect((await terms.get("gate"))?.value).toMatchObject({ ok: false, error: { code: "unsupported-version" } });
  });

  it("refuses a value above the limit, its own and others'", async () => {
    const terms = await shelf("large");
    const error = await refusal(
      Promise.resolve().then(() => terms.put("gate", term(1, "x".repeat(limits.messageBytes)))),
    );
    expect(error).toMatchObject({ code: "too-large", message: expect.stringContaining("term gate") });
    const forced = terms.bucket.with(({ kv }) => kv.put("gate", "x".repeat(limits.messageBytes + 1)));
    expect((await refusal(forced)).code).toBe("bucket-unavailable");
  });

  it("that vanishes is created anew by the next one who needs it", async () => {
    const terms = await shelf("wiped");
    await terms.put("gate", term(1));
    await terms.bucket.with(({ kv }) => kv.destroy());
    expect(await terms.get("gate")).toBeNull();
    await terms.bucket.with(({ kv }) => kv.destroy());
    expect(await terms.put("gate", term(2))).toBe(1);
    expect(await terms.swap("gate", term(3), 1)).toBe(2);
  });

  it("that is full says so", async () => {
    const bucket = new Bucket(await connected(), { ...spec("full"), maxBytes: 2_000 });
    const terms = bucket.shelf(termSchema, "term");
    const error = await refusal(
      (async () => {
        for (let i = 0; i < 100; i++) await terms.put(`gate-${i}`, term(1));
      })(),
    );
    expect(error).toMatchObject({ code: "bucket-unavailable", message: expect.stringContaining("bucket full") });
  });
});

describe("without a broker", () => {
  it("every call fails at once, and works again when the broker is back with what it held", async () => {
    const own = await startNats({ jetStream: true });
    const terms = await shelf("lost", own);
    await terms.put("gate", term(1));
    await own.kill();
    await until(() => !links.at(-1)!.connected);
    expect((await refusal(terms.get("gate"))).code).toBe("disconnected");
    expect((await refusal(terms.put("gate", term(2)))).code).toBe("disconnected");
    await own.start();
    await until(() => links.at(-1)!.connected);
    expect((await terms.get("gate"))?.value).toEqual({ ok: true, value: term(1) });
    await own.stop();
  });

  it("a call under way ends with the connection", async () => {
    const own = await startNats({ jetStream: true });
    const terms = await shelf("cut", own);
    await terms.put("gate", term(1));
    const calls = Array.from({ length: 20 }, (_, i) =>
      terms.put("gate", term(i + 2)).then(
        () => "disconnected",
        (error: SluiceError) => error.code,
      ),
    );
    await own.kill();
    expect(await Promise.all(calls)).toEqual(calls.map(() => "disconnected"));
    await own.stop();
  });

  it("a broker without JetStream is a problem that says so", async () => {
    const plain = await startNats();
    const terms = await shelf("none", plain);
    expect(await refusal(terms.get("gate"))).toMatchObject({ code: "bucket-unavailable" });
    await plain.stop();
  });
});
