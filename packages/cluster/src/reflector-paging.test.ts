import { type Kube as Server, startFaultProxy, startKube, until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { client, configMaps, dropMap, namespace, putMap, reflect } from "./setting.builder.ts";

let server: Server;
beforeAll(async () => {
  server = await startKube({ crds: false });
});
afterAll(() => server?.stop());

const lists = "sluice_operator_lists_total";

test("a list whose next page is of a moment that etcd has forgotten begins anew, and nothing is missed", async () => {
  const space = await namespace(server, "expired");
  const names = Array.from({ length: 505 }, (_, i) => `map-${String(i).padStart(3, "0")}`);
  while (names.length > 0) await Promise.all(names.splice(0, 25).map((name) => putMap(server, space, name)));
  await using proxy = await startFaultProxy(server);
  const pages: string[] = [];
  proxy.fault = async ({ url = "" }) => {
    if (!/configmaps\?limit/.test(url)) return false;
    pages.push(url.includes("continue=") ? "next" : "first");
    if (pages.length !== 2) return false;
    // One change behind the reader's back in what it has read, one in what it has not; then the moment is gone for good.
    await dropMap(server, space, "map-001");
    await putMap(server, space, "map-001-later");
    await dropMap(server, space, "map-503");
    await server.compact();
    await server.killServer();
    await server.startServer();
    return false;
  };
  await using one = client(server, { port: proxy.port, plain: true });
  await using run = reflect(one, configMaps, { selection: { namespace: space } });
  await until(() => run.reflector.synced, { timeoutMs: 60_000, what: "a whole list" });
  expect(pages).toEqual(["first", "next", "first", "next"]);
  expect(run.problems).toEqual(["cluster-expired"]);
  expect([one.tally.of(lists, "ConfigMap", "cluster-expired"), one.tally.of(lists, "ConfigMap", "ok")]).toEqual([1, 1]);
  const { body } = await server.request("GET", `/api/v1/namespaces/${space}/configmaps`);
  const there = (body.items as { metadata: { name: string } }[]).map(({ metadata }) => `${space}/${metadata.name}`);
  expect([...run.reflector.store.keys()].toSorted()).toEqual(there.toSorted());
  expect(there).toContain(`${space}/map-001-later`);
  expect(run.told.filter((what) => what.startsWith("-"))).toEqual([`-${space}/map-001`]);
  await putMap(server, space, "after");
  await until(() => run.told.includes(`+${space}/after`));
}, 120_000);
