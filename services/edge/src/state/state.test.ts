import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { environmentSchema } from "@sluice/contracts";
import { ManualClock, systemClock } from "@sluice/foundation";
import { createLogger, createMetrics } from "@sluice/observability";
import { type TempDir, tempDir, until } from "@sluice/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Kind } from "./document.ts";
import { State } from "./state.ts";

let dir: TempDir;
beforeEach(() => {
  dir = tempDir();
});
afterEach(() => dir.remove());

const count: Kind<{ count: number }> = {
  version: 1,
  parse(value) {
    const { count: n } = value as { count?: unknown };
    if (typeof n !== "number") throw new Error("count: expected a number");
    return { count: n };
  },
};

function open(directory: string | undefined = dir.path, clock = systemClock) {
  const metrics = createMetrics();
  const logger = createLogger("test", environmentSchema.parse({ SLUICE_LOG_LEVEL: "silent" }).SLUICE_LOG_LEVEL);
  return State.open({ directory, clock, logger, metrics }).then((state) => Object.assign(state, { metrics }));
}

/** Another process that has the state of this folder, and saved `{count}` as `child`. */
async function otherDaemon(n: number): Promise<ChildProcess> {
  const child = fork(new URL("./holder.builder.ts", import.meta.url), [dir.path, String(n)], { stdio: "inherit" });
  await once(child, "message");
  return child;
}

/** Does something to the database behind the daemon's back. */
function tamper(sql: string): void {
  const db = new DatabaseSync(join(dir.path, "state.db"));
  db.exec(sql);
  db.close();
}

async function saved(n: number): Promise<void> {
  const state = await open();
  state.save("a", count, { count: n });
  await state.close();
}

const asideFiles = () => readdirSync(dir.path).filter((name) => name.includes("aside"));

describe("what was saved", () => {
  it("is there after a restart, the last of each name", async () => {
    await saved(1);
    const second = await open();
    expect(second.load("a", count)).toEqual({ count: 1 });
    expect(second.load("b", count)).toBeNull();
    second.save("a", count, { count: 2 });
    second.save("a", count, { count: 3 });
    await second.close();
    const third = await open();
    expect(third.load("a", count)).toEqual({ count: 3 });
    await third.close();
  });

  it("is on disk within seconds, with nobody asking, and survives the end of power to the process", async () => {
    const child = await otherDaemon(7);
    child.kill("SIGKILL");
    await once(child, "exit");
    const state = await open();
    expect(state.load("child", count)).toEqual({ count: 7 });
    await state.close();
  });

  it("is written in batches by the clock", async () => {
    const clock = new ManualClock();
    const state = await open(dir.path, clock);
    for (let n = 0; n < 1_000; n++) state.save("a", count, { count: n });
    clock.advance(3_000);
    await until(async () => (await state.metrics.render()).includes("sluice_edge_state_writes_total"));
    expect(await state.metrics.render()).toContain('writes_total{outcome="written"} 1');
    await state.close();
  });

  it("never grows beyond its bound: the document saved longest ago goes", async () => {
    const first = await open();
    for (let n = 0; n < 200; n++) first.save(`n${n}`, count, { count: n });
    await first.close();
    const second = await open();
    expect(second.load("n0", count)).toBeNull();
    expect(second.load("n199", count)).toEqual({ count: 199 });
    for (let n = 200; n < 300; n++) second.save(`n${n}`, count, { count: n });
    await second.close();
    const db = new DatabaseSync(join(dir.path, "state.db"), { readOnly: true });
    expect(db.prepare("SELECT count(*) AS n FROM documents").get()).toEqual({ n: 128 });
    db.close();
  });

  it("without a folder lives as long as the process", async () => {
    const state = await open("");
    state.save("a", count, { count: 1 });
    expect(state.load("a", count)).toEqual({ count: 1 });
    expect(await state.flush()).toBe(false);
    expect(state.problem).toBeUndefined();
    await state.close();
  });
});

describe("what cannot be trusted is set aside", () => {
  it.each([
    ["another version", "UPDATE documents SET version = 2"],
    ["a changed value", `UPDATE documents SET body = '{"count":2}'`],
    ["no JSON", "UPDATE documents SET body = 'x'"],
  ])("a document: %s", async (_, sql) => {
    await saved(1);
    tamper(sql);
    const state = await open();
    expect(state.load("a", count)).toBeNull();
    expect(await state.metrics.render()).toContain("sluice_edge_state_aside_total 1");
    state.save("a", count, { count: 5 });
    await state.close();
    const db = new DatabaseSync(join(dir.path, "state.db"), { readOnly: true });
    expect(db.prepare("SELECT name FROM aside").all()).toEqual([{ name: "a" }]);
    db.close();
    const after = await open();
    expect(after.load("a", count)).toEqual({ count: 5 });
    await after.close();
  });

  it("a value of another shape", async () => {
    const first = await open();
    first.save<{ count: number }>("a", count, { count: Number.NaN });
    await first.close();
    const state = await open();
    expect(state.load("a", count)).toBeNull();
    await state.close();
  });

  const header = "SQLite format 3\0";
  it.each([
    ["garbage", () => Buffer.from("this is no database, whatever its name says. ".repeat(100))],
    ["a page torn", (db: Buffer) => Buffer.concat([db.subarray(0, 4_096), Buffer.alloc(db.length - 4_096, 0xa5)])],
    ["half of it", (db: Buffer) => db.subarray(0, db.length / 2)],
    ["a header alone", () => Buffer.from(header.padEnd(100, "\xff"), "latin1")],
  ])("a whole file: %s", async (_, broken) => {
    await saved(1);
    const path = join(dir.path, "state.db");
    writeFileSync(path, broken(readFileSync(path)));
    const state = await open();
    expect(state.load("a", count)).toBeNull();
    expect(asideFiles()).toHaveLength(1);
    expect(await state.metrics.render()).toContain("sluice_edge_state_aside_total 1");
    state.save("a", count, { count: 2 });
    expect(await state.flush()).toBe(true);
    await state.close();
  });

  it("a database of somebody else, whose views never run", async () => {
    tamper("CREATE VIEW documents AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n");
    const state = await open();
    expect(asideFiles()).toHaveLength(1);
    await state.close();
  });

  it("keeping only the last few", async () => {
    for (let round = 0; round < 6; round++) {
      writeFileSync(join(dir.path, "state.db"), `garbage ${round}`.repeat(1_000));
      const before = Date.now();
      await until(() => Date.now() > before);
      await (await open()).close();
    }
    expect(asideFiles()).toHaveLength(3);
  });
});

describe("two daemons on one folder", () => {
  it("the second refuses, saying so; when the first is gone, even killed, it may", async () => {
    const child = await otherDaemon(1);
    await expect(open()).rejects.toMatchObject({ code: "state-taken", message: expect.stringContaining(dir.path) });
    child.kill("SIGKILL");
    await once(child, "exit");
    const state = await open();
    await state.close();
  });
});

describe("a disk that refuses", () => {
  it("a folder that cannot be: the device works on from memory, says so, and tries again", async () => {
    const path = join(dir.path, "file");
    writeFileSync(path, "");
    const clock = new ManualClock();
    const state = await open(join(path, "state"), clock);
    expect(state.problem).toMatchObject({ code: "state-unwritable" });
    state.save("a", count, { count: 1 });
    expect(state.load("a", count)).toEqual({ count: 1 });
    expect(await state.flush()).toBe(false);
    expect(await state.metrics.render()).toContain("sluice_edge_state_durable 0");
    await dir.remove();
    clock.advance(30_000);
    await until(() => state.problem === undefined);
    expect(await state.metrics.render()).toContain("sluice_edge_state_durable 1");
    await state.close();
    const again = await open(join(path, "state"));
    expect(again.load("a", count)).toEqual({ count: 1 });
    await again.close();
  });

  const mounts = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
  it.skipIf(!mounts)("full, then with space again; then read-only (needs user namespaces)", () => {
    const script = fileURLToPath(new URL("./disk.builder.ts", import.meta.url));
    const { stdout, stderr } = spawnSync("unshare", ["-rm", process.execPath, script, dir.path], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      whenFull: { flushed: false, problem: "state-unwritable", kept: 1 },
      withSpaceAgain: { flushed: true, problem: null },
      readOnly: { problem: "state-unwritable", flushed: false, loaded: { count: 1 } },
    });
  });
});
