import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { ReplaySummary } from "@sluice/contracts";
import type { DecisionRecord } from "@sluice/replay";
import { repoRoot, type TempDir, tempDir, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sluice } from "../demo/demo.builder.ts";

const clip = (name: string) => join(repoRoot, `models/clips/${name}.mp4`);
const policy = "apiVersion: sluice.dev/v1alpha1\nkind: OffloadPolicy\nmetadata: {name: plain}\n";
let dir: TempDir;
let recorded: { code: number | null; output: string };
const at = (name: string) => join(dir.path, name);

async function run(...args: string[]) {
  const command = sluice(args);
  const { code } = await command.ended;
  return { code, output: command.output() };
}
const lines = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n");
const unpacked = (path: string) => gunzipSync(readFileSync(path)).toString();

beforeAll(async () => {
  dir = tempDir();
  writeFileSync(at("plain.yaml"), `${policy}spec: {}\n`);
  recorded = await run(
    "trace",
    "record",
    "--video",
    clip("gate"),
    "--video",
    clip("drone"),
    "--frames",
    "24",
    "--out",
    at("two.jsonl.gz"),
    "--rung",
    "full:640x360@75",
    "--rung",
    "small:320x180@50",
  );
});
afterAll(() => dir.remove());

describe("sluice trace", () => {
  it("records what the embedded pair sees in two clips, in order of time", async () => {
    expect(recorded).toMatchObject({ code: 0, output: expect.stringContaining("frames of drone: 24 of 24") });
    expect(await run("trace", "check", at("two.jsonl.gz"))).toMatchObject({
      code: 0,
      output: expect.stringContaining("48 frames of 2 stream(s)"),
    });
    const info = await run("trace", "info", at("two.jsonl.gz"), "--json");
    const { streams } = JSON.parse(info.output) as {
      streams: { name: string; frames: number; bytes: Record<string, number>; cloudBoxes: number }[];
    };
    expect(streams.map(({ name, frames }) => [name, frames])).toEqual([
      ["gate", 24],
      ["drone", 24],
    ]);
    for (const { bytes, cloudBoxes } of streams) {
      expect(bytes["full"]).toBeGreaterThan(2 * bytes["small"]!);
      expect(cloudBoxes).toBeGreaterThan(0);
    }
  });

  it("goes on where a killed recording stopped, and comes to the same trace", async () => {
    const args = ["trace", "record", "--video", clip("gate"), "--frames", "24", "--truth"];
    await run(...args, "--out", at("whole.jsonl.gz"));
    const killed = sluice([...args, "--out", at("cut.jsonl.gz")]);
    const part = at("cut.jsonl.gz.part/gate.jsonl");
    await until(() => existsSync(part) && lines(part).length > 6, { what: "some frames", timeoutMs: 60_000 });
    killed.process.kill("SIGKILL");
    await killed.ended;
    expect(existsSync(at("cut.jsonl.gz"))).toBe(false);
    truncateSync(part, readFileSync(part).length - 5);
    const before = lines(part).length;
    expect((await run(...args, "--out", at("cut.jsonl.gz"))).code).toBe(0);
    expect(before).toBeLessThan(25);
    expect(unpacked(at("cut.jsonl.gz"))).toBe(unpacked(at("whole.jsonl.gz")));
    expect(existsSync(part)).toBe(false);
    expect(unpacked(at("cut.jsonl.gz"))).toContain('"truth":[[');
  });

  it("merges streams of the same models, and no others", async () => {
    await run(
      "trace",
      "record",
      "--video",
      clip("crossroads"),
      "--frames",
      "4",
      "--out",
      at("third.jsonl"),
      "--rung",
      "full:640x360@75",
      "--rung",
      "small:320x180@50",
    );
    expect(
      await run("trace", "merge", at("two.jsonl.gz"), at("third.jsonl"), "--out", at("three.jsonl")),
    ).toMatchObject({ code: 0 });
    const times = lines(at("three.jsonl"))
      .slice(1)
      .map((line) => (JSON.parse(line) as { t: number }).t);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times).toHaveLength(52);
    const twice = await run("trace", "merge", at("third.jsonl"), at("third.jsonl"), "--out", at("no.jsonl"));
    expect(twice).toMatchObject({
      code: 1,
      output: expect.stringContaining('stream "crossroads" is in two of the traces'),
    });
  });

  it("names the line that is wrong, also in a file that was cut short", async () => {
    const packed = readFileSync(at("two.jsonl.gz"));
    writeFileSync(at("short.jsonl.gz"), packed.subarray(0, packed.length / 2));
    const short = await run("trace", "check", at("short.jsonl.gz"));
    expect(short).toMatchObject({
      code: 1,
      output: expect.stringMatching(/short\.jsonl\.gz, line \d+: the file is cut short/),
    });
    writeFileSync(at("bad.jsonl.gz"), gzipSync(unpacked(at("two.jsonl.gz")).replace('"frame":3', '"frame":-3')));
    const bad = await run("replay", "--trace", at("bad.jsonl.gz"), "--policy", at("plain.yaml"), "--out", at("bad"));
    expect(bad).toMatchObject({
      code: 1,
      output: expect.stringMatching(/bad\.jsonl\.gz, line 8: frame: must be a whole number/),
    });
    writeFileSync(at("plain.jsonl"), Buffer.from([0xff, 0xfe, 0x0a]));
    expect((await run("trace", "info", at("plain.jsonl"))).output).toContain("line 1: not UTF-8");
    expect(await run("trace", "info", at("nowhere.jsonl"))).toMatchObject({ code: 2 });
  });
});

describe("sluice replay", () => {
  const replay = (out: string, ...more: string[]) =>
    run("replay", "--trace", at("two.jsonl.gz"), "--policy", at("plain.yaml"), "--out", at(out), ...more);
  const summaryOf = (out: string) => JSON.parse(readFileSync(at(`${out}/summary.json`), "utf8")) as ReplaySummary;

  it("tries a policy beside rivals and optima, and says what came of it", async () => {
    expect(await replay("ten", "--budget", "20%", "--compare", "periodic,oracle", "--optima")).toMatchObject({
      code: 0,
    });
    const summary = summaryOf("ten");
    expect(summary.streams.map(({ name }) => name)).toEqual(["gate", "drone"]);
    expect(summary.all.share).toBeLessThanOrEqual(0.2);
    expect(summary.all.frames).toBe(48);
    expect(summary.all.score).toBeGreaterThan(summary.all.never.score);
    expect(summary.all.optima!.O3.bound).toBeGreaterThanOrEqual(summary.all.optima!.O1.score);
    expect(Object.keys(summary.all.compare)).toEqual(["periodic", "oracle"]);
    expect(new Set(summary.curve.map(({ by }) => by))).toEqual(new Set(["learned", "periodic", "oracle", "O1", "O3"]));
    const records = lines(at("ten/decisions.jsonl")).map((line) => JSON.parse(line) as DecisionRecord);
    expect(records.map(({ stream, frame }) => `${stream} ${frame}`).slice(0, 3)).toEqual([
      "gate 0",
      "drone 0",
      "gate 1",
    ]);
    expect(records.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(summary.all.bytes);
  });

  it("keeps to a rate over a traced network, where replies take their time", async () => {
    writeFileSync(at("bus"), "0 2\n1 1\n2 3\n");
    expect(
      await replay(
        "net",
        "--budget",
        "800kbit/s",
        "--network",
        at("bus"),
        "--rtt",
        "80ms",
        "--deadline",
        "500ms",
        "--no-curve",
      ),
    ).toMatchObject({ code: 0 });
    const { all, budget } = summaryOf("net");
    expect(budget.bytesPerSecond).toBe(100_000);
    expect(all.sent).toBeGreaterThan(0);
    expect(all.replies.ageP50).toBeGreaterThan(0.08);
  });

  it("explains each decision", async () => {
    await replay("why", "--budget", "20%", "--no-curve");
    const sent = lines(at("why/decisions.jsonl"))
      .map((line) => JSON.parse(line) as DecisionRecord)
      .find(({ action }) => action === "send")!;
    const told = await run("why", at("why"), sent.stream, String(sent.frame));
    expect(told.code).toBe(0);
    expect(told.output).toContain(`${sent.stream} frame ${sent.frame}, ${sent.t.toFixed(2)} s: sent as ${sent.rung}`);
    expect(await run("why", at("why"), "attic", "1")).toMatchObject({
      code: 2,
      output: expect.stringContaining("it has gate, drone"),
    });
    expect(await run("why", at("why"), "gate", "99")).toMatchObject({
      code: 2,
      output: expect.stringContaining("it has 0 to 23"),
    });
  });

  it("makes one page of several replays that asks for nothing else", async () => {
    await replay("r5", "--budget", "5%", "--no-curve");
    await replay("r50", "--budget", "50%", "--no-curve");
    expect(await run("report", at("r5"), at("r50"), "--out", at("page.html"))).toMatchObject({ code: 0 });
    const page = readFileSync(at("page.html"), "utf8");
    expect(page).not.toMatch(/<script|https?:\/\//);
    expect(page).toContain("2 replays");
    writeFileSync(at("r5/summary.json"), "{}");
    expect(await run("report", at("r5"), "--out", at("page.html"))).toMatchObject({
      code: 1,
      output: expect.stringMatching(/error\[replay-invalid\] .*summary\.json: \d+ problem\(s\)\n {2}format: /),
    });
  });

  it("says what is wrong with a policy, a budget, a rung, a rival", async () => {
    writeFileSync(at("small.yaml"), `${policy}spec: {payload: {rungs: [{name: tiny, width: 64, quality: 5}]}}\n`);
    writeFileSync(at("wrong.yaml"), `${policy}spec: {decision: {policy: psychic}}\n`);
    const outcome = (name: string, ...more: string[]) =>
      run("replay", "--trace", at("two.jsonl.gz"), "--policy", at(name), "--out", at("no"), ...more);
    expect(await outcome("small.yaml")).toMatchObject({
      code: 1,
      output: expect.stringContaining('the trace has no rung "tiny"; it has full, small'),
    });
    expect(await outcome("wrong.yaml")).toMatchObject({
      code: 1,
      output: expect.stringContaining("spec.decision.policy"),
    });
    expect(await outcome("plain.yaml", "--budget", "much")).toMatchObject({
      code: 1,
      output: expect.stringContaining("write a percentage"),
    });
    expect(await outcome("plain.yaml", "--compare", "psychic")).toMatchObject({
      code: 2,
      output: expect.stringContaining("no policy psychic"),
    });
    expect(existsSync(at("no"))).toBe(false);
  });
});
