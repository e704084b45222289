import { expect, test } from "vitest";
import { Echoes } from "./echoes.ts";
import type { Change } from "./store.ts";

const change = (resourceVersion: string | undefined): Change => ({
  key: "a/b",
  before: undefined,
  after: resourceVersion === undefined ? undefined : { metadata: { name: "b", namespace: "a", resourceVersion } },
});

test("a write that comes back after its answer is an echo, once", () => {
  const echoes = new Echoes();
  echoes.begin("a/b");
  expect(echoes.end("a/b", "7")).toBe(false);
  expect(echoes.isNews(change("7"))).toBe(false);
  expect(echoes.isNews(change("7"))).toBe(true);
});

test("a write that comes back before its answer is one too, and what others wrote meanwhile is news", () => {
  const echoes = new Echoes();
  echoes.begin("a/b");
  expect(echoes.isNews(change("7"))).toBe(false);
  expect(echoes.end("a/b", "7")).toBe(false);
  echoes.begin("a/b");
  echoes.isNews(change("8"));
  echoes.isNews(change("9"));
  expect(echoes.end("a/b", "8")).toBe(true);
  expect(echoes.isNews(change("10"))).toBe(true);
});

test("what came before the write, and comes late, hides nothing", () => {
  const echoes = new Echoes();
  echoes.begin("a/b");
  echoes.isNews(change("6"));
  expect(echoes.end("a/b", "7")).toBe(true);
  expect(echoes.isNews(change("7"))).toBe(false);
});

test("nothing written, a failed write and a deletion leave no echo to wait for", () => {
  const echoes = new Echoes();
  echoes.begin("a/b");
  expect(echoes.end("a/b", undefined)).toBe(false);
  expect(echoes.isNews(change("7"))).toBe(true);
  echoes.begin("a/b");
  expect(echoes.isNews(change(undefined))).toBe(true);
  expect(echoes.end("a/b", undefined)).toBe(false);
});
