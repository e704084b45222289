import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { wireSchemas } from "./wire-schemas.ts";

const folder = join(import.meta.dirname, "../../../docs/reference/schemas");
const schemas = wireSchemas();

it.each(Object.entries(schemas))("docs/reference/schemas/%s.json equals the code's schema", (name, schema) => {
  const path = join(folder, `${name}.json`);
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (process.env["UPDATE_GOLDEN"]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  }
  expect(JSON.parse(readFileSync(path, "utf8")), "stale: run this test with UPDATE_GOLDEN=1").toEqual(schema);
});

it("no schema is left of a message that is gone", () => {
  expect(readdirSync(folder).toSorted()).toEqual(
    Object.keys(schemas)
      .map((name) => `${name}.json`)
      .toSorted(),
  );
});
