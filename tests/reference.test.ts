import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crdYaml, type KindName, kinds } from "@sluice/contracts";
import { expect, test } from "vitest";
import { sections } from "./reference/content.ts";
import { sectionNames, withSection } from "./reference/sections.ts";

/** The generated parts of docs/reference, and the CRDs, equal the code; `UPDATE_DOCS=1 npx vitest run tests/reference.test.ts` mends them. */
const folder = new URL("../docs/reference/", import.meta.url).pathname;
const pages = readdirSync(folder).filter((name) => name.endsWith(".md"));

test.each(pages)("docs/reference/%s is up to date", (name) => {
  const path = join(folder, name);
  const page = readFileSync(path, "utf8");
  const fresh = sectionNames(page).reduce((text, section) => withSection(text, section, contentOf(section)), page);
  if (process.env["UPDATE_DOCS"]) writeFileSync(path, fresh);
  expect(
    process.env["UPDATE_DOCS"] ? fresh : page,
    `stale: run UPDATE_DOCS=1 npx vitest run tests/reference.test.ts`,
  ).toBe(fresh);
});

const crds = new URL("../charts/sluice/api/", import.meta.url).pathname;
const kindNames = Object.keys(kinds) as KindName[];
const fileOf = (kind: KindName) => `${kinds[kind].plural}.yaml`;

test.each(kindNames)("the CRD of %s in charts/sluice/api is up to date", (kind) => {
  const path = join(crds, fileOf(kind));
  if (process.env["UPDATE_DOCS"]) writeFileSync(path, crdYaml(kind));
  expect(readFileSync(path, "utf8"), "stale: run UPDATE_DOCS=1 npx vitest run tests/reference.test.ts").toBe(
    crdYaml(kind),
  );
});

test("no other CRD lies beside them", () => {
  expect(readdirSync(crds).toSorted()).toEqual(kindNames.map(fileOf).toSorted());
});

test("every section that the code can write has its page", () => {
  const placed = pages.flatMap((name) => sectionNames(readFileSync(join(folder, name), "utf8")));
  expect(placed.toSorted()).toEqual(Object.keys(sections).toSorted());
});

function contentOf(section: string): string {
  const write = sections[section];
  if (!write) throw new Error(`nothing generates the section ${section}: see tests/reference/content.ts`);
  return write();
}
