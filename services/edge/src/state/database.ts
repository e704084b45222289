import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { fileName, hasOurTables, openOrSetAside, primaryCode, takeLock } from "./file.ts";
import { type Row, StateFailure } from "./messages.ts";

/** Documents kept, and characters of one: beyond that the one written longest ago goes, or none is read. */
export const documentsMax = 128;
export const documentChars = 1 << 20;
const columns = "name, version, sum, body";

/** SQLite's primary result code for a file that another process has locked. */
const busy = 5;

/** The documents of one device in one file. Every call blocks until the disk has answered. */
export class Database {
  readonly aside: string | undefined;
  readonly #lock: DatabaseSync;
  readonly #db: DatabaseSync;

  /** Throws `state-taken` where another process has it, `state-unwritable` where the disk does not let us. */
  constructor(directory: string, wallMs: number) {
    try {
      mkdirSync(directory, { recursive: true });
      this.#lock = takeLock(directory);
    } catch (cause) {
      throw asFailure(cause, directory);
    }
    try {
      [this.#db, this.aside] = openOrSetAside(directory, wallMs);
    } catch (cause) {
      this.#lock.close();
      throw asFailure(cause, directory);
    }
  }

  rows(): Row[] {
    return readRows(this.#db);
  }

  /** Writes all or nothing, and moves the documents named in `aside` out of the way first. */
  write(rows: readonly Row[], aside: readonly string[]): void {
    const put = this.#db.prepare(
      `INSERT OR REPLACE INTO documents SELECT ?, ?, ?, ?, 1 + coalesce(max(written), 0) FROM documents`,
    );
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      for (const name of aside) {
        this.#db.prepare("INSERT OR REPLACE INTO aside SELECT * FROM documents WHERE name = ?").run(name);
        this.#db.prepare("DELETE FROM documents WHERE name = ?").run(name);
      }
      for (const { name, version, sum, body } of rows) put.run(name, version, sum, body);
      for (const table of ["documents", "aside"]) this.#db.exec(forgetOldest(table));
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#db.close();
    this.#lock.close();
  }
}

const forgetOldest = (table: string) =>
  `DELETE FROM ${table} WHERE name NOT IN (SELECT name FROM ${table} ORDER BY written DESC LIMIT ${documentsMax})`;

/** What can be read where nothing can be written, as on a disk that was remounted read-only; nothing where that fails. */
export function readOnlyRows(directory: string): Row[] {
  const url = pathToFileURL(join(directory, fileName));
  url.searchParams.set("immutable", "1");
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(url, { readOnly: true });
    if (!hasOurTables(db)) return [];
    return readRows(db);
  } catch {
    return [];
  } finally {
    db?.close();
  }
}

const readRows = (db: DatabaseSync): Row[] =>
  db
    .prepare(
      `SELECT ${columns} FROM documents WHERE length(body) <= ${documentChars} ORDER BY written LIMIT ${documentsMax}`,
    )
    .all() as unknown as Row[];

export function asFailure(cause: unknown, directory: string): StateFailure {
  if (cause instanceof StateFailure) return cause;
  if (primaryCode(cause) === busy) {
    return new StateFailure("state-taken", `${directory}: another process keeps its state there`);
  }
  return new StateFailure("state-unwritable", `${directory}: ${(cause as Error).message}`);
}
