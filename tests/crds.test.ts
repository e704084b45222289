import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crdYaml, type KindName, kinds } from "@sluice/contracts";
import { expect, test } from "vitest";

/** The CRDs of the chart equal the schemas; `UPDATE_DOCS=1 npx vitest run tests/crds.test.ts` renews them. */
const folder = new URL("../charts/sluice/crds/", import.meta.url).pathname;
const fileOf = (kind: KindName) => join(folder, `${kinds[kind].plural}.yaml`);
const names = Object.keys(kinds) as KindName[];

test.each(names)("the CRD of %s is up to date", (kind) => {
  const fresh = crdYaml(kind);
  if (process.env["UPDATE_DOCS"]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(fileOf(kind), fresh);
  }
  expect(existsSync(fileOf(kind)) && readFileSync(fileOf(kind), "utf8"), "stale: run it with UPDATE_DOCS=1").toBe(
    fresh,
  );
});

test("no other CRD lies beside them", () => {
  expect(readdirSync(folder).toSorted()).toEqual(names.map((kind) => `${kinds[kind].plural}.yaml`).toSorted());
});
