import { SluiceError } from "@sluice/contracts";
import { ManualClock } from "@sluice/foundation";
import { type Fault, failTimes, type Kube as Server, startFaultProxy, startKube, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Resource } from "./resource.ts";
import { type ConfigMap, client, configMaps, namespace, putMap, reflect, watching } from "./setting.builder.ts";

let server: Server;
beforeAll(async () => {
  server = await startKube({ crds: false });
});
afterAll(() => server?.stop());

/** Runs a reflector of one ConfigMap against a server with a fault until it holds that one and a later one. */
async function survives(space: string, fault: Fault): Promise<string[]> {
  await namespace(server, space);
  await putMap(server, space, "first");
  await using proxy = await startFaultProxy(server);
  proxy.fault = fault;
  const clock = new ManualClock();
  await using one = client(server, { port: proxy.port, plain: true, clock });
  await using run = reflect(one, configMaps, { clock, selection: { namespace: space } });
  const until100 = (holds: () => boolean) =>
    until(() => {
      clock.advance(100);
      return holds();
    });
  await until100(() => one.tally.of("sluice_operator_watch_connected", "ConfigMap") === 1);
  await putMap(server, space, "second");
  await until100(() => run.reflector.store.get(`${space}/second`) !== undefined);
  expect(run.reflector.store.size).toBe(2);
  return run.problems;
}

describe("a server that fails now and then", () => {
  const status = (code: number, reason: string) => JSON.stringify({ kind: "Status", code, reason, message: reason });
  const list = /configmaps\?limit/;
  const watch = /watch=true/;

  test("lists that fail", async () => {
    const problems = await survives("list-500", failTimes(3, list, 500, status(500, "InternalError")));
    expect(problems).toEqual(["cluster-busy", "cluster-busy", "cluster-busy"]);
  });

  test("a server that asks to be left alone is, for as long as it asks", async () => {
    await namespace(server, "list-429");
    await using proxy = await startFaultProxy(server);
    let asked = 0;
    const busy = failTimes(1, list, 429, status(429, "TooManyRequests"), { "retry-after": "20" });
    proxy.fault = (near, answer) => {
      if (list.test(near.url ?? "")) asked++;
      return busy(near, answer);
    };
    const clock = new ManualClock();
    await using one = client(server, { port: proxy.port, plain: true, clock });
    await using run = reflect(one, configMaps, { clock, selection: { namespace: "list-429" } });
    await until(() => run.problems.length > 0);
    clock.advance(19_999);
    // Whoever asked before this would be heard before it.
    await one.kube.call({ verb: "GET", path: "/version" });
    expect(asked).toBe(1);
    clock.advance(1);
    await run.reflector.whenSynced();
    expect(asked).toBe(2);
  });

  test("watches that fail, and an answer of a proxy in prose", async () => {
    const first = failTimes(2, watch, 503, "<html>no backend</html>");
    const problems = await survives("watch-503", first);
    expect(problems).toEqual(["cluster-busy", "cluster-busy"]);
  });

  test("a watch that ends with an error event: the place is lost", async () => {
    const gone = JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } });
    const problems = await survives("watch-410", failTimes(1, watch, 200, `${gone}\n`));
    expect(problems).toEqual(["cluster-expired"]);
  });

  test("a watch that speaks no JSON, or breaks off within an event", async () => {
    expect(await survives("watch-noise", failTimes(2, watch, 200, "hello\n"))).toEqual([
      "cluster-busy",
      "cluster-busy",
    ]);
    const half = failTimes(1, watch, 200, '{"type":"ADDED","object":{"meta');
    expect(await survives("watch-half", half)).toEqual([]);
  });

  test("a list whose first answer is endless is asked for in smaller pages", async () => {
    const asked: string[] = [];
    const huge = " ".repeat(33 << 20);
    const fault: Fault = (near, answer) => {
      if (!list.test(near.url ?? "")) return false;
      asked.push(new URL(near.url ?? "", "http://x").searchParams.get("limit") ?? "");
      return failTimes(asked.length === 1 ? 1 : 0, list, 200, huge)(near, answer);
    };
    expect(await survives("list-huge", fault)).toEqual([]);
    expect(asked).toEqual(["500", "63"]);
  });
});

const numbered: Resource<ConfigMap> = {
  ...configMaps,
  parse(value) {
    const map = value as ConfigMap;
    if (!/^\d+$/.test(map.data?.["n"] ?? "")) throw new SluiceError("object-invalid", "data.n: not a number");
    return map;
  },
};

test("one malformed object stops no other, is told of with its reason, and is taken in once it is mended", async () => {
  const space = await namespace(server, "malformed");
  await putMap(server, space, "good", { n: "1" });
  await putMap(server, space, "bad", { n: "one" });
  await using one = client(server);
  const rejected: string[] = [];
  await using run = reflect(one, numbered, {
    selection: { namespace: space },
    onRejected: ({ key, error }) => rejected.push(`${key} ${error.message}`),
  });
  await run.reflector.whenSynced();
  expect([...run.reflector.store.keys()]).toEqual([`${space}/good`]);
  expect(rejected).toEqual([`${space}/bad data.n: not a number`]);
  await until(() => one.tally.of("sluice_operator_objects_rejected", "ConfigMap") === 1);
  await putMap(server, space, "good", { n: "two" });
  await putMap(server, space, "bad", { n: "2" });
  await until(() => run.reflector.store.get(`${space}/bad`));
  // The last version that was good is still there.
  expect(run.reflector.store.get(`${space}/good`)?.data).toEqual({ n: "1" });
  expect(run.reflector.store.rejection(`${space}/good`)?.error.message).toBe("data.n: not a number");
});

test("without permission it says which one is missing, and begins when it is given", async () => {
  const space = await namespace(server, "forbidden");
  await putMap(server, space, "map");
  const { kubeconfig } = await server.account({ name: "poor", namespace: space });
  await using one = client(server, { kubeconfig });
  await using run = reflect(one, configMaps, { selection: { namespace: space } });
  await until(() => run.problems.length > 0);
  expect(run.reflector.problem?.code).toBe("cluster-denied");
  expect(run.reflector.problem?.message).toMatch(/cannot list resource "configmaps".* in the namespace "forbidden"/);
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${space}`;
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch"] }];
  await server.request("POST", `${rbac}/roles`, { metadata: { name: "maps" }, rules });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "maps" };
  const subjects = [{ kind: "ServiceAccount", name: "poor", namespace: space }];
  await server.request("POST", `${rbac}/rolebindings`, { metadata: { name: "maps" }, roleRef, subjects });
  await run.reflector.whenSynced();
  expect(run.reflector.store.size).toBe(1);
});

test("lists everything anew from time to time, and tells of it", async () => {
  const space = await namespace(server, "resync");
  await putMap(server, space, "map");
  const clock = new ManualClock();
  await using one = client(server, { clock });
  await using run = reflect(one, configMaps, { clock, selection: { namespace: space }, resyncMs: 60_000 });
  await watching(one);
  clock.advance(60_000 * 1.25);
  await until(() => one.tally.of("sluice_operator_lists_total", "ConfigMap", "ok") === 2);
  await watching(one);
  expect([run.told, run.problems]).toEqual([[`+${space}/map`, `~${space}/map`], []]);
});

test("a resync that fails is left out: the watch goes on", async () => {
  const space = await namespace(server, "resync-403");
  await using proxy = await startFaultProxy(server);
  const clock = new ManualClock();
  await using one = client(server, { port: proxy.port, plain: true, clock });
  await using run = reflect(one, configMaps, { clock, selection: { namespace: space }, resyncMs: 60_000 });
  await watching(one);
  proxy.fault = failTimes(9, /configmaps\?limit/, 403, "{}");
  clock.advance(60_000 * 1.25);
  await until(() => run.problems.length > 0);
  clock.advance(2_000);
  await watching(one);
  await putMap(server, space, "later");
  await until(() => run.reflector.store.size === 1);
  expect([run.problems, one.tally.of("sluice_operator_lists_total", "ConfigMap", "ok")]).toEqual([
    ["cluster-denied"],
    1,
  ]);
});
