import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@sluice/testkit";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Database } from "./database.ts";
import { type Kind, rowOf, valueOf } from "./document.ts";
import { isUnreadable } from "./file.ts";
import { StateFailure } from "./messages.ts";

const count: Kind<number> = {
  version: 1,
  parse(value) {
    if (typeof value !== "number") throw new Error("expected a number");
    return value;
  },
};
const names = ["a", "b", "c"];

/** A folder with a good state in it, and the bytes of its file. */
function goodState(directory: string): Buffer {
  const database = new Database(directory, 0);
  const rows = names.map((name, i) => rowOf(name, count, i));
  database.write(rows, []);
  database.write([rowOf("large", { version: 1, parse: String }, "x".repeat(20_000))], []);
  database.close();
  return readFileSync(join(directory, "state.db"));
}

/** What can be read after all; the file was set aside if nothing. Throws only as a {@link StateFailure}. */
function survivors(directory: string): Map<string, number> {
  using database = disposable(new Database(directory, 0));
  const found = new Map<string, number>();
  for (const row of database.rows()) {
    try {
      found.set(row.name, valueOf(row, count));
    } catch {
      // Set aside by whoever loads it.
    }
  }
  database.write([rowOf("later", count, 9)], []);
  expect(database.rows().some(({ name }) => name === "later")).toBe(true);
  return found;
}

/** What comes to light only when it is written to fails once, and is set aside when it is opened next. */
function withoutFailing(work: () => boolean): boolean {
  try {
    return work();
  } catch (error) {
    if (error instanceof StateFailure) return error.code === "state-unwritable";
    return isUnreadable(error);
  }
}

const disposable = (database: Database) => Object.assign(database, { [Symbol.dispose]: () => database.close() });

describe("a state file that a stranger wrote into", () => {
  it("gives back what was saved or nothing of it, and takes what is saved next", async () => {
    await using dir = tempDir();
    const path = join(dir.path, "state.db");
    const good = goodState(dir.path);
    const spot = fc.record({ at: fc.nat(good.length - 1), bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) });
    const cut = fc.option(fc.nat(good.length), { nil: good.length });
    fc.assert(
      fc.property(fc.array(spot, { maxLength: 6 }), cut, fc.option(fc.uint8Array()), (spots, length, log) => {
        const broken = Buffer.from(good);
        for (const { at, bytes } of spots) broken.set(bytes.subarray(0, broken.length - at), at);
        writeFileSync(path, broken.subarray(0, length));
        writeFileSync(`${path}-wal`, log ?? "");
        const known = (name: string) => (name === "later" ? 9 : names.indexOf(name));
        return withoutFailing(() => [...survivors(dir.path)].every(([name, value]) => known(name) === value));
      }),
      { numRuns: 250 },
    );
  });

  it("in which documents have any name, version, checksum and body", async () => {
    await using dir = tempDir();
    const row = fc.record({ name: fc.string(), version: fc.maxSafeInteger(), sum: fc.string(), body: fc.string() });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        const database = new Database(dir.path, 0);
        database.write(rows, []);
        for (const each of database.rows()) expect(() => valueOf(each, count)).toThrow(/version|checksum/);
        database.close();
      }),
      { numRuns: 50 },
    );
  });
});
