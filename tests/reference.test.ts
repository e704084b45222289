import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sections } from "./reference/content.ts";
import { sectionNames, withSection } from "./reference/sections.ts";

/** The generated parts of docs/reference equal the code; `UPDATE_DOCS=1 npx vitest run tests/reference.test.ts` mends them. */
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

test("every section that the code can write has its page", () => {
  const placed = pages.flatMap((name) => sectionNames(readFileSync(join(folder, name), "utf8")));
  expect(placed.toSorted()).toEqual(Object.keys(sections).toSorted());
});

function contentOf(section: string): string {
  const write = sections[section];
  if (!write) throw new Error(`nothing generates the section ${section}: see tests/reference/content.ts`);
  return write();
}
