import { SluiceError } from "@sluice/contracts";
import { seededPrng, systemClock } from "@sluice/foundation";
import { type Relay, type Kube as Server, startKube, startRelay, until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isConflict } from "./api-error.ts";
import type { Kube } from "./kube.ts";
import { lead } from "./leader.ts";
import { readObject } from "./objects.ts";
import { type Client, client, configMaps, namespace, putMap, reflect } from "./setting.builder.ts";
import type { Term } from "./term.ts";

let server: Server;
beforeAll(async () => {
  server = await startKube({ crds: false });
});
afterAll(() => server?.stop());

/** A tenth of the real ones, so that a hand-over takes two seconds. */
const times = { leaseMs: 1_500, renewMs: 1_000, everyMs: 400, retryMs: 200 };
const leasePath = (space: string) => `/apis/coordination.k8s.io/v1/namespaces/${space}/leases/operator`;

interface Candidate extends AsyncDisposable {
  /** What happened, with monotonic times. */
  readonly log: { what: "won" | "lost" | "ended" | "refused"; atMs: number }[];
  readonly term: () => Term | undefined;
  readonly writes: () => number;
  stop(): Promise<void>;
}

/** A process that, while it leads, raises a counter as fast as it can: read, add one, write with the term's number. */
function candidate(space: string, identity: string, port: number): Candidate {
  const end = new AbortController();
  const log: Candidate["log"] = [];
  const note = (what: Candidate["log"][number]["what"]) => log.push({ what, atMs: performance.now() });
  let term: Term | undefined;
  let writes = 0;
  const forLease: Client = client(server, { port });
  const forWork: Client = client(server, { port, mayWrite: () => term?.mustHold() });
  const work = async (now: Term) => {
    term = now;
    note("won");
    while (!now.signal.aborted) {
      await count(forWork, space, identity, now.number).then(
        () => writes++,
        (error: unknown) => {
          if (error instanceof SluiceError && error.code === "not-leader") note("refused");
          else if (!isConflict(error) && !(error instanceof SluiceError)) throw error;
        },
      );
    }
  };
  const options = { kube: forLease.kube, namespace: space, name: "operator", identity, times };
  const running = lead({ ...options, clock: systemClock, prng: seededPrng(identity.length) }, end.signal, work).then(
    note,
  );
  const stop = async () => {
    end.abort();
    await running;
  };
  const dispose = async () => {
    await stop();
    await forLease[Symbol.asyncDispose]();
    await forWork[Symbol.asyncDispose]();
  };
  return { log, term: () => term, writes: () => writes, stop, [Symbol.asyncDispose]: dispose };
}

async function count({ kube }: Client, space: string, by: string, term: number): Promise<void> {
  const now = await readObject(kube, configMaps, `${space}/counter`);
  const data = { n: String(Number(now?.data?.["n"] ?? 0) + 1), term: String(term), by };
  const path = `/api/v1/namespaces/${space}/configmaps/counter`;
  await kube.call({ verb: "PUT", path, body: { ...now, data } });
}

const at = (one: Candidate, what: string) => one.log.find((entry) => entry.what === what)?.atMs ?? Number.NaN;
const happened = (one: Candidate, what: string) => until(() => one.log.some((entry) => entry.what === what), { what });
const relayed = (): Promise<Relay> => startRelay(Number(new URL(server.url).port));

test("a leader that is cut off stops before another one begins, and no write of an old term follows a newer one", async () => {
  const space = await namespace(server, "cut");
  await putMap(server, space, "counter", { n: "0" });
  await using watcher = client(server);
  const history: { n: number; term: number }[] = [];
  await using run = reflect(watcher, configMaps, { selection: { namespace: space } });
  run.reflector.subscribe(({ after }) => {
    if (after?.data?.["term"]) history.push({ n: Number(after.data["n"]), term: Number(after.data["term"]) });
  });
  await run.reflector.whenSynced();
  await using line = await relayed();
  await using first = candidate(space, "first", line.port);
  await happened(first, "won");
  await using second = candidate(space, "second", Number(new URL(server.url).port));
  await until(() => first.writes() > 20);
  expect(second.log).toEqual([]);
  line.freeze(true);
  await happened(second, "won");
  expect(first.log.map(({ what }) => what)).toEqual(["won", "lost"]);
  expect(at(first, "lost")).toBeLessThan(at(second, "won"));
  expect(first.term()?.holds()).toBe(false);
  await until(() => second.writes() > 20);
  // What the first one had under way may still arrive: it is refused, being of an older version.
  line.freeze(false);
  const so = second.writes();
  await until(() => second.writes() > so + 20);
  await second.stop();
  await until(() => history.length >= first.writes() + second.writes());
  expect(history.map(({ n }) => n)).toEqual(history.map((_, i) => i + 1));
  expect(history.map(({ term }) => term)).toEqual(history.map(({ term }) => term).toSorted((a, b) => a - b));
  expect(second.term()!.number).toBe(first.term()!.number + 1);
});

test("a leader that is asked to end finishes its work, gives the lease away, and the next one follows at once", async () => {
  const space = await namespace(server, "orderly");
  await putMap(server, space, "counter", { n: "0" });
  const port = Number(new URL(server.url).port);
  await using first = candidate(space, "first", port);
  await until(() => first.writes() > 5);
  await using second = candidate(space, "second", port);
  await until(async () => (await server.request("GET", leasePath(space))).body.spec.holderIdentity === "first");
  const askedMs = performance.now();
  await first.stop();
  await happened(second, "won");
  expect(first.log.map(({ what }) => what)).toEqual(["won", "ended"]);
  // Without waiting for the lease to run out.
  expect(at(second, "won") - askedMs).toBeLessThan(times.leaseMs);
  expect(at(first, "ended")).toBeLessThan(at(second, "won") + times.retryMs);
});

test("a process that is asked to end while it wins begins no work, and gives the lease away", async () => {
  const space = await namespace(server, "late");
  await using one = client(server);
  const end = new AbortController();
  const call: Kube["call"] = (wanted) => {
    const answer = one.kube.call(wanted);
    if (wanted.verb === "POST") end.abort();
    return answer;
  };
  const options = { kube: { ...one.kube, call }, namespace: space, name: "operator", identity: "late", times };
  let worked = false;
  const work = async ({ signal }: Term) => {
    worked = !signal.aborted;
    await new Promise((resolve) => (signal.aborted ? resolve(null) : signal.addEventListener("abort", resolve)));
  };
  expect(await lead({ ...options, clock: systemClock, prng: seededPrng(1) }, end.signal, work)).toBe("ended");
  expect(worked).toBe(false);
  expect((await server.request("GET", leasePath(space))).body.spec.holderIdentity).toBe("");
});

test("a leader whose lease somebody else took is lost at once", async () => {
  const space = await namespace(server, "taken");
  await putMap(server, space, "counter", { n: "0" });
  await using first = candidate(space, "first", Number(new URL(server.url).port));
  await happened(first, "won");
  await server.request("PATCH", leasePath(space), { spec: { holderIdentity: "thief", leaseDurationSeconds: 60 } });
  await happened(first, "lost");
  expect(first.term()?.signal.aborted).toBe(true);
  expect(() => first.term()?.mustHold()).toThrow(/lease is lost/);
});

test("a server that is away for less than the leader's patience changes nothing", async () => {
  const space = await namespace(server, "blink");
  await putMap(server, space, "counter", { n: "0" });
  await using line = await relayed();
  await using first = candidate(space, "first", line.port);
  await until(() => first.writes() > 5);
  for (let blink = 0; blink < 3; blink++) {
    line.cut();
    const so = first.writes();
    await until(() => first.writes() > so + 5);
  }
  expect(first.log.map(({ what }) => what)).toEqual(["won"]);
});
