import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { programs, writeContents } from "@sluice/images";
import { type NatsServer, repoRoot, startNats, type TempDir, tempDir, until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { report, startProgram } from "./program.builder.ts";

let dir: TempDir;
let nats: NatsServer;
const folder = (program: string) => join(dir.path, program);

/** What images hold, for the processor at hand. */
beforeAll(async () => {
  dir = tempDir();
  nats = await startNats();
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  for (const program of Object.keys(programs)) await writeContents(folder(program), { program, architecture });
});

afterAll(async () => {
  await nats?.stop();
  await dir.remove();
});

const filesOf = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

it.each(Object.entries(programs))(
  "%s weighs no more than its budget, and lists its parts",
  (name, { limitMiB, natives }) => {
    const bytes = filesOf(folder(name)).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes / 2 ** 20).toBeLessThan(limitMiB);
    const bill = JSON.parse(readFileSync(join(folder(name), "sbom.cdx.json"), "utf8")) as {
      components: { name: string }[];
    };
    expect(bill.components.map((component) => component.name)).toEqual(
      expect.arrayContaining(["zod", "pino", ...natives]),
    );
  },
);

it("the command line runs from its bundle, with the models beside it, and says where other programs are", () => {
  const sluice = (...args: string[]) =>
    spawnSync(process.execPath, [join(folder("cli"), "main.js"), ...args], { encoding: "utf8" });
  expect(sluice("model", "check", join(folder("cli"), "models/street-cloud.yaml"))).toMatchObject({ status: 0 });
  expect(sluice("edge", "--config", join(folder("cli"), "package.json")).stderr).toContain("image sluice-edge");
});

it("machine code of other platforms stays behind", () => {
  const foreign = filesOf(folder("edge")).filter(
    (file) => /darwin|win32|musl/.test(file) && /\.(node|so|dll|dylib)/.test(file),
  );
  expect(foreign).toEqual([]);
});

it("bundles run without the repository: frames are answered by the edge and corrected by the cloud", async () => {
  const main = (program: string) => ({ main: join(folder(program), "main.js") });
  const models = join(repoRoot, "models");
  await using cloud = await startProgram(
    "inference",
    dir.path,
    {
      replica: "one",
      http: { port: 0 },
      nats: { servers: [nats.url] },
      models: [{ manifest: join(models, "street-cloud.yaml") }],
    },
    main("inference"),
  );
  await using edge = await startProgram(
    "edge",
    dir.path,
    {
      device: "gate",
      http: { port: 0 },
      nats: { uplink: { servers: [nats.url] }, site: { servers: [nats.url] } },
      model: join(models, "street-edge.yaml"),
      state: join(dir.path, "state"),
      offload: { model: "street-cloud", budget: { rate: "200kB/s" } },
      streams: [{ name: "main", source: `file:${join(models, "clips/gate.mp4")}`, loop: true }],
    },
    main("edge"),
  );
  await until(async () => ((await report(edge)).streams[0]!.offloads.answered ?? 0) > 0, { what: "a corrected frame" });
  expect((await fetch(`${cloud.url}/readyz`)).ok).toBe(true);
  expect(await (await fetch(`${edge.url}/readyz`)).json()).toMatchObject({ state: "durable" });
  expect(await (await fetch(`${edge.url}/assets/page/main.ts`)).text()).not.toContain("import type");
  expect(existsSync(join(folder("inference"), "node_modules/node-av"))).toBe(false);
});
