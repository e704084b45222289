import { type SluiceError, type Term, termSchema } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { type NatsServer, startNats, startRelay, until } from "@sluice/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Bucket, type Shelf } from "./bucket.ts";
import { KeyView } from "./key-view.ts";
import { connectLink, type Link } from "./link.ts";

let nats: NatsServer;
let ends: (() => unknown)[] = [];

beforeAll(async () => {
  nats = await startNats({ jetStream: true });
});
afterAll(() => nats.stop());
afterEach(async () => {
  for (const end of ends.toReversed()) await end();
  ends = [];
});

const term = (number: number): Term => ({
  version: 1,
  policy: "gate",
  term: number,
  operator: "op",
  open: true,
  released: false,
});

async function connected(url = nats.url): Promise<Link> {
  const link = await connectLink({ servers: [url], name: "test", clock: systemClock });
  ends.push(() => link.close());
  await until(() => link.connected);
  return link;
}

const shelf = async (name: string, url?: string): Promise<Shelf<Term>> =>
  new Bucket(await connected(url), { name, description: "for a test", maxBytes: 1 << 20 }).shelf(termSchema, "term");

function view(link: Link, bucket: string, key = "term.gate") {
  const told: (number | "gone")[] = [];
  const problems: SluiceError[] = [];
  const traffic = { up: 0, down: 0 };
  const followed = new KeyView({
    link,
    device: "cam-a",
    bucket,
    key,
    schema: termSchema,
    what: "term",
    clock: systemClock,
    prng: seededPrng(1),
    publish(...message) {
      const before = link.bytesOut;
      const sent = link.publish(...message);
      traffic.up += link.bytesOut - before;
      return sent;
    },
    onReceived: (bytes) => (traffic.down += bytes),
    onValue: (value) => told.push(value.term),
    onDelete: () => told.push("gone"),
    onProblem: (problem) => problems.push(problem),
  });
  ends.push(() => followed.close());
  return { told, problems, traffic };
}

describe("a view of a key", () => {
  it("tells its value, its changes and its end, to the byte of what they took", async () => {
    const terms = await shelf("plain");
    await terms.put("term.gate", term(1));
    await terms.put("term.yard", term(9));
    const link = await connected();
    const { told, traffic } = view(link, "plain");
    await until(() => told.length === 1);
    await terms.put("term.gate", term(2));
    await until(() => told.length === 2);
    await terms.delete("term.gate");
    await until(() => told.length === 3);
    expect(told).toEqual([1, 2, "gone"]);
    expect(traffic).toEqual({ up: link.bytesOut, down: link.bytesIn });
    expect(traffic.up).toBeLessThan(200);
  });

  it("of a key that does not exist, or of no bucket, waits for its first value", async () => {
    const link = await connected();
    const { told } = view(link, "later");
    await until(() => link.bytesIn > 0);
    const terms = await shelf("later");
    await terms.put("term.gate", term(1));
    await until(() => told.includes(1));
    expect(view(link, "later", "term.none").told).toEqual([]);
  });

  it("ignores what is malformed, and says so", async () => {
    const terms = await shelf("malformed");
    const { told, problems } = view(await connected(), "malformed");
    await terms.bucket.with(({ kv }) => kv.put("term.gate", "{"));
    await until(() => problems.length === 1);
    await terms.put("term.gate", term(4));
    await until(() => told.at(-1) === 4);
    expect(problems[0]).toMatchObject({ code: "bad-request", message: expect.stringContaining("term") });
  });

  it("learns after a cut what changed meanwhile", async () => {
    const relay = await startRelay(nats.port);
    ends.push(() => relay.close());
    const terms = await shelf("cut");
    await terms.put("term.gate", term(1));
    const link = await connected(`nats://127.0.0.1:${relay.port}`);
    const { told } = view(link, "cut");
    await until(() => told.length === 1);
    relay.cut();
    await until(() => !link.connected);
    await terms.put("term.gate", term(2));
    await until(() => told.at(-1) === 2);
    expect(link.connections).toBe(2);
  });
});
