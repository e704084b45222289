import { ManualClock } from "@sluice/foundation";
import { type Kube as Server, startKube, startRelay, until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createObject } from "./objects.ts";
import { builtIn } from "./resource.ts";
import { client, configMaps, dropMap, namespace, putMap, reflect, watching } from "./setting.builder.ts";

let server: Server;
beforeAll(async () => {
  server = await startKube({ crds: false });
});
afterAll(() => server?.stop());

const lists = "sluice_operator_lists_total";
const seen = (reflected: { told: string[] }, what: string) =>
  until(() => reflected.told.includes(what), { what: `${what} in ${reflected.told.slice(-5).join(" ")}` });

test("lists 5,000 objects in pages, then follows what changes", async () => {
  const space = await namespace(server, "pages");
  await using filler = client(server);
  const names = Array.from({ length: 5_000 }, (_, n) => `map-${n}`);
  const fill = (name: string) => createObject(filler.kube, configMaps, { metadata: { name, namespace: space } });
  for (let at = 0; at < names.length; at += 16) await Promise.all(names.slice(at, at + 16).map(fill));
  await using one = client(server);
  await using run = reflect(one, configMaps, { selection: { namespace: space } });
  await run.reflector.whenSynced();
  expect([run.reflector.store.size, one.tally.of(lists, "ConfigMap", "ok")]).toEqual([5_000, 1]);
  await watching(one);
  // Ten pages and the watch.
  expect(one.tally.of("sluice_operator_api_requests_total", "GET", "200")).toBe(11);
  await putMap(server, space, "map-7", { a: "1" });
  await dropMap(server, space, "map-8");
  await seen(run, `-${space}/map-8`);
  expect(run.told.slice(-2)).toEqual([`~${space}/map-7`, `-${space}/map-8`]);
  expect(run.reflector.store.get(`${space}/map-7`)?.data).toEqual({ a: "1" });
});

test("goes on where it was after its connection was reset: nothing is missed, nothing is listed anew", async () => {
  const space = await namespace(server, "reset");
  await using relay = await startRelay(Number(new URL(server.url).port));
  await using one = client(server, { port: relay.port });
  await using run = reflect(one, configMaps, { selection: { namespace: space } });
  await putMap(server, space, "before");
  await seen(run, `+${space}/before`);
  await watching(one);
  relay.cut();
  await until(() => run.problems.length > 0);
  await putMap(server, space, "meanwhile");
  await dropMap(server, space, "before");
  await seen(run, `-${space}/before`);
  expect(run.told).toEqual([`+${space}/before`, `+${space}/meanwhile`, `-${space}/before`]);
  expect([one.tally.of(lists, "ConfigMap", "ok"), run.problems]).toEqual([1, ["cluster-unreachable"]]);
  expect(run.reflector.problem).toBeNull();
});

test("notices by the missing bookmarks that a line is dead, and takes another one", async () => {
  const space = await namespace(server, "frozen");
  await using relay = await startRelay(Number(new URL(server.url).port));
  const clock = new ManualClock();
  await using one = client(server, { port: relay.port, clock });
  await using run = reflect(one, configMaps, { clock, selection: { namespace: space } });
  await watching(one);
  relay.freeze(true);
  await putMap(server, space, "unheard");
  clock.advance(149_000);
  expect(run.problems).toEqual([]);
  clock.advance(1_001);
  await until(() => run.problems.length > 0);
  expect(run.reflector.problem?.message).toMatch(/nothing heard for 150000 ms, not even a bookmark/);
  relay.freeze(false);
  await until(() => {
    clock.advance(100);
    return run.told.includes(`+${space}/unheard`);
  });
});

test("survives a server that is killed and started again, and lists anew where its place is lost", async () => {
  const space = await namespace(server, "killed");
  await using relay = await startRelay(Number(new URL(server.url).port));
  await using one = client(server, { port: relay.port });
  await using run = reflect(one, configMaps, { selection: { namespace: space } });
  for (const name of ["stays", "goes"]) await putMap(server, space, name);
  await seen(run, `+${space}/goes`);
  await watching(one);
  relay.freeze(true);
  // What happens now is in no watch cache after the restart: the old place answers 410.
  await dropMap(server, space, "goes");
  await putMap(server, space, "new");
  await server.killServer();
  await server.startServer();
  relay.freeze(false);
  relay.cut();
  await seen(run, `-${space}/goes`);
  expect([...run.reflector.store.keys()].toSorted()).toEqual([`${space}/new`, `${space}/stays`]);
  expect(run.problems).toContain("cluster-expired");
  expect(one.tally.of(lists, "ConfigMap", "ok")).toBe(2);
  // What did not change is not told of again.
  expect(run.told.filter((what) => what.endsWith("/stays"))).toEqual([`+${space}/stays`]);
});

test("a kind that need not be installed is watched from when it is, and is not missed before or after", async () => {
  const names = { plural: "lamps", singular: "lamp", kind: "Lamp" };
  const resource = builtIn({ apiVersion: "example.com/v1", kind: "Lamp", plural: "lamps", namespaced: true });
  const gauge = "sluice_operator_watch_connected Lamp";
  await using one = client(server);
  await using needed = client(server);
  await using run = reflect(one, resource, { optional: true });
  await using other = reflect(needed, resource);
  await until(() => run.problems.length > 0 && other.problems.length > 0);
  await until(() => needed.tally.values.get(gauge) === 0);
  expect([run.problems[0], one.tally.values.has(gauge)]).toEqual(["object-missing", false]);

  const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const metadata = { name: "lamps.example.com" };
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }];
  const spec = { group: "example.com", scope: "Namespaced", names, versions };
  const body = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata, spec };
  await server.request("POST", crds, body);
  await watching(one, "Lamp");
  await server.request("DELETE", `${crds}/${metadata.name}`);
  await until(() => !one.tally.values.has(gauge), { what: "nothing said of a kind that is gone" });
});
