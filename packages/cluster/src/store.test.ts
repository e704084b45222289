import { expect, test } from "vitest";
import { type KubeObject, type Resource } from "./resource.ts";
import { type Change, type Rejection, Store } from "./store.ts";

interface Thing extends KubeObject {
  readonly size: number;
}

const things: Resource<Thing> = {
  apiVersion: "example.com/v1",
  kind: "Thing",
  plural: "things",
  namespaced: true,
  parse(value) {
    if (typeof (value as Thing).size !== "number") throw new Error("size: not a number");
    return value as Thing;
  },
};

const thing = (name: string, version: string, size: unknown) => ({
  metadata: { name, namespace: "n", resourceVersion: version, managedFields: [{ manager: "kubectl" }] },
  size,
});

function storeOf(maxObjects = 10) {
  const changes: Change<Thing>[] = [];
  const rejections: Rejection[] = [];
  const events = { onChange: (c: Change<Thing>) => changes.push(c), onRejected: (r: Rejection) => rejections.push(r) };
  return { store: new Store(things, events, maxObjects), changes, rejections };
}

test("takes in what is new, once for each version, without the notes on who set what", () => {
  const { store, changes } = storeOf();
  store.put(thing("a", "1", 1));
  store.put(thing("a", "1", 1));
  store.put(thing("a", "2", 2));
  store.remove("n/a");
  store.remove("n/a");
  expect(changes.map(({ before, after }) => [before?.size, after?.size])).toEqual([
    [undefined, 1],
    [1, 2],
    [2, undefined],
  ]);
  expect(changes[0]?.after).toEqual({
    apiVersion: "example.com/v1",
    kind: "Thing",
    metadata: { name: "a", namespace: "n", resourceVersion: "1" },
    size: 1,
  });
});

test("keeps the last well-formed version of what became malformed, and says so once", () => {
  const { store, changes, rejections } = storeOf();
  store.put(thing("a", "1", 1));
  store.put(thing("a", "2", "big"));
  store.put(thing("a", "2", "big"));
  expect(store.get("n/a")?.size).toBe(1);
  expect(rejections.map(({ key, reason, error }) => [key, reason, error.message])).toEqual([
    ["n/a", "malformed", "size: not a number"],
  ]);
  expect(changes.at(-1)).toMatchObject({ key: "n/a", before: { size: 1 }, after: { size: 1 } });
  store.put(thing("a", "3", 3));
  expect([store.get("n/a")?.size, store.rejection("n/a"), store.rejectedSize]).toEqual([3, undefined, 0]);
});

test("holds no more than its bound, and takes in what waited when there is room", () => {
  const { store, rejections } = storeOf(2);
  for (const name of ["a", "b", "c"]) store.put(thing(name, "1", 1));
  expect([store.size, rejections.map((r) => `${r.key} ${r.reason}`)]).toEqual([2, ["n/c full"]]);
  store.put(thing("a", "2", 5));
  expect(store.get("n/a")?.size).toBe(5);
  store.remove("n/b");
  store.put(thing("c", "1", 1));
  expect([store.size, store.rejectedSize]).toEqual([2, 0]);
});

test("forgets what a full list did not hold, malformed objects too", () => {
  const { store, changes } = storeOf();
  for (const name of ["a", "b"]) store.put(thing(name, "1", 1));
  store.put(thing("c", "1", "big"));
  changes.length = 0;
  store.keepOnly(new Set(["n/a"]));
  expect([[...store.keys()], store.rejectedSize, changes.map(({ key }) => key)]).toEqual([["n/a"], 0, ["n/b", "n/c"]]);
});

test("an object without a name is none", () => {
  const { store, changes } = storeOf();
  expect([null, "x", {}, { metadata: {} }, { metadata: { name: 5 } }].map((raw) => store.put(raw))).toEqual(Array(5));
  expect(changes).toEqual([]);
});
