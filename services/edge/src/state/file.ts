import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export const fileName = "state.db";
const lockName = "state.lock";
/** Databases that were set aside and are kept for somebody to look at. */
const asideKept = 3;
const parts = ["", "-wal", "-shm"];
/** Marks the file as ours; another number of the layout is a file of another version. */
const applicationId = 0x534c5543;
const layout = 1;
const columns =
  "name TEXT PRIMARY KEY, version INTEGER NOT NULL, sum TEXT NOT NULL, body TEXT NOT NULL, written INTEGER NOT NULL";
const tables = ["documents", "aside"].map((name) => `CREATE TABLE ${name} (${columns}) STRICT`);
/** What the write-ahead log may keep of the disk while nothing is being written. */
const journalBytes = 1 << 20;
/** SQLite's result codes for a file that is damaged, or no database; and the extended one for a file cut short. */
const damaged = [11, 26];
const cutShort = 522;

/** The file holds something else than this daemon's documents, or what is left of them. */
class Unreadable extends Error {}

/** Held as long as the process lives, and by one process only: the operating system lets go of it whatever happens. */
export function takeLock(directory: string): DatabaseSync {
  const lock = new DatabaseSync(join(directory, lockName));
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

export function openOrSetAside(directory: string, wallMs: number): [DatabaseSync, string | undefined] {
  try {
    return [open(directory), undefined];
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const aside = setAside(directory, wallMs);
    return [open(directory), aside];
  }
}

function open(directory: string): DatabaseSync {
  const db = new DatabaseSync(join(directory, fileName));
  try {
    db.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA journal_mode = WAL");
    db.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${journalBytes}`);
    if (isEmpty(db))
      db.exec(
        `BEGIN; ${tables.join("; ")}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${layout}; COMMIT`,
      );
    if (!hasOurTables(db)) throw new Unreadable("it is not a state file of this version");
    const [{ quick_check: verdict }] = db.prepare("PRAGMA quick_check(1)").all() as [{ quick_check: string }];
    if (verdict !== "ok") throw new Unreadable(verdict);
    // The check passes over a last page that is cut short; reading everything does not.
    db.exec("SELECT sum(length(body)) FROM documents; SELECT sum(length(body)) FROM aside");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const isEmpty = (db: DatabaseSync) => db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()!["n"] === 0;

/** Whether the schema is to the letter what we write: a stranger's view or trigger must not run. */
export function hasOurTables(db: DatabaseSync): boolean {
  const { application_id: id } = db.prepare("PRAGMA application_id").get()!;
  const { user_version: version } = db.prepare("PRAGMA user_version").get()!;
  const found = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").all();
  const same = found.length === tables.length && found.every(({ sql }) => tables.includes(String(sql)));
  return id === applicationId && version === layout && same;
}

/** Moves the file, and what belongs to it, out of the way; returns its new place. */
function setAside(directory: string, wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().replaceAll(":", "-");
  const target = join(directory, `${fileName}.aside-${stamp}`);
  for (const part of parts) {
    rmSync(`${target}${part}`, { force: true });
    if (readdirSync(directory).includes(`${fileName}${part}`)) {
      renameSync(join(directory, `${fileName}${part}`), `${target}${part}`);
    }
  }
  const kept = readdirSync(directory).filter((name) => /^state\.db\.aside-.*Z$/.test(name));
  for (const name of kept.toSorted().slice(0, -asideKept)) {
    for (const part of parts) rmSync(join(directory, `${name}${part}`), { force: true });
  }
  return target;
}

const resultCode = (error: unknown): number => (error as { errcode?: number }).errcode ?? 0;
export const primaryCode = (error: unknown): number => resultCode(error) & 0xff;

/** Whether the file itself is to blame, and a new one would do. */
export const isUnreadable = (error: unknown): boolean =>
  error instanceof Unreadable || damaged.includes(primaryCode(error)) || resultCode(error) === cutShort;
