import { spawnSync } from "node:child_process";
import { posix } from "node:path";
import { expect, test } from "vitest";
import { webAssets } from "./assets.ts";

const assets = webAssets("fleet");
const paths = new Set(assets.map((asset) => asset.path));

test("every file that a page asks for is there", () => {
  const asked = assets.flatMap(({ path, body }) => [
    ...[...body.matchAll(/ from "(\.[^"]+)"/g)].map((match) => posix.join(posix.dirname(path), match[1]!)),
    ...[...body.matchAll(/(?:src|href)="(\/assets[^"]+)"/g)].map((match) => match[1]!),
  ]);
  expect(asked.length).toBeGreaterThan(40);
  expect(asked.filter((path) => !paths.has(path))).toEqual([]);
});

test("no module asks for a package, which a browser cannot find, and no test is handed out", () => {
  const scripts = assets.filter(({ path }) => path.endsWith(".ts"));
  expect(
    scripts.filter(({ body }) => /^(?:import|export|\}).* from "[^.]/m.test(body)).map(({ path }) => path),
  ).toEqual([]);
  expect([...paths].filter((path) => /\.(test|builder)\.ts$/.test(path))).toEqual([]);
});

const html = (page: "fleet" | "edge") => webAssets(page).find(({ path }) => path === "/")!.body;

test("the page knows which one it is", () => {
  expect(html("fleet")).toContain('data-page="fleet"');
  expect(html("edge")).toContain('data-page="edge"');
});

test("stripping types says nothing on standard error", () => {
  const script = `import { webAssets } from ${JSON.stringify(new URL("assets.ts", import.meta.url).href)}; webAssets("edge");`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
});
