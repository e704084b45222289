import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { versionOfWire } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { decodeImage, encodeJpeg } from "@sluice/imaging";
import { connectLink, serveModel } from "@sluice/messaging";
import {
  type Kube,
  type NatsServer,
  peaksModel,
  repoRoot,
  startKube,
  startNats,
  type TempDir,
  tempDir,
  until,
  writeModel,
} from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Program, report, startProgram } from "./program.builder.ts";

/** A mask from `kubectl apply` to the pixels that leave the camera: API server, operator, broker and daemon are the real ones. */
const main = join(repoRoot, "operators/offload/src/main.ts");
const size = { width: 64, height: 32 };
const patience = { timeoutMs: 60_000 };

let kube: Kube;
let nats: NatsServer;
let dir: TempDir;
let programs: Program[] = [];
let camera: Program;
/** Pictures that came to the cloud, the newest last. */
const pictures: Uint8Array[] = [];
let end: () => Promise<void>;

const left = "0,0 0.5,0 0.5,1 0,1";
const right = "0.5,0 1,0 1,1 0.5,1";
const named = (polygons: readonly string[]) => polygons.map((polygon, i) => ({ name: `m${i}`, polygon }));
const object = (kind: string, name: string, spec: object) => ({
  apiVersion: "sluice.dev/v1alpha1",
  kind,
  metadata: { name },
  spec,
});

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kube.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function apply(...objects: object[]): Promise<void> {
  const file = join(dir.path, "objects.json");
  await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  await kubectl("apply", "-f", file);
}

const masked = (...polygons: string[]) =>
  apply(object("EdgeDevice", "cam", { streams: [{ name: "main", masks: named(polygons) }] }));
const painted = () => kubectl("wait", "ed/cam", "--for=condition=Masked", "--timeout=60s");

/** Which halves of a picture are black. */
async function black(jpeg: Uint8Array): Promise<string[]> {
  const { width, height, data } = await decodeImage(jpeg);
  const level = (x: number) => data[3 * (Math.floor(height / 2) * width + Math.floor(x * width))]!;
  return [
    ["left", 0.25],
    ["right", 0.75],
  ].flatMap(([side, x]) => (level(x as number) < 20 ? [side as string] : []));
}

/** Resolves when a new picture is black there; from then on all are. */
async function cloudSees(...sides: string[]): Promise<void> {
  const newest = async () => {
    const jpeg = pictures.splice(0).at(-1);
    return jpeg !== undefined && (await black(jpeg)).join() === sides.join();
  };
  await until(newest, { ...patience, what: `pictures that are black ${sides.join(" and ") || "nowhere"}` });
  await until(() => pictures.length >= 5, { ...patience, what: "more pictures" });
  for (const jpeg of pictures.splice(0)) expect(await black(jpeg)).toEqual(sides);
}

async function startCamera(): Promise<Program> {
  const servers = [nats.url];
  return startProgram("edge", dir.path, {
    device: "cam",
    http: { port: 0 },
    nats: { uplink: { servers }, site: { servers } },
    model: join(dir.path, "small.yaml"),
    state: join(dir.path, "cam"),
    control: "operator",
    offload: { model: "large", budget: { rate: "1kB/s" } },
    streams: [{ name: "main", source: `dir:${join(dir.path, "pictures")}`, fps: 25, loop: true }],
  });
}

beforeAll(async () => {
  [dir, kube, nats] = [tempDir(), await startKube(), await startNats({ jetStream: true })];
  const input = { ...size, stride: 8, classes: 1 };
  await writeModel(dir.path, peaksModel({ ...input, peaks: [] }), {
    name: "small",
    family: "peaks",
    ...input,
    classes: ["car"],
  });
  await mkdir(join(dir.path, "pictures"));
  const data = new Uint8Array(size.width * size.height * 3).fill(200);
  const { data: jpeg } = await encodeJpeg({ ...size, data }, { width: size.width, quality: 90 });
  await writeFile(join(dir.path, "pictures/0.jpg"), jpeg);
  const link = await connectLink({ servers: [nats.url], name: "cloud", clock: systemClock });
  end = () => link.close();
  serveModel(link, "large", (request) => {
    pictures.push(request.payload.slice());
    const took = { queueMs: 0, decodeMs: 0, computeMs: 0, batch: 1, threshold: 0.5 };
    const detections = { classes: [], boxes: [] };
    request.answer({
      version: versionOfWire,
      frame: request.frame,
      model: "large",
      digest: "d",
      ...size,
      ...took,
      detections,
    });
  });
  const config = { namespace: "default", kubeconfig: kube.kubeconfig, http: { port: 0 } };
  const operator = await startProgram("operator", dir.path, { ...config, nats: { servers: [nats.url] } }, { main });
  camera = await startCamera();
  programs = [operator, camera];
}, 240_000);
afterAll(async () => {
  for (const program of programs) await program.end("SIGKILL");
  await end();
  await nats.stop();
  await kube.stop();
  await dir.remove();
});

test("what an EdgeDevice hides is black from the first picture that leaves the camera", async () => {
  const uri = "https://example.com/large.onnx";
  const model = { uri, sha256: "d".repeat(64), task: "detection", family: "peaks", input: size, classes: ["car"] };
  await masked(left);
  await kubectl("wait", "ed/cam", "--for=jsonpath={.status.conditions[?(@.type=='Masked')].reason}=NotSelected");
  await apply(
    object("InferenceModel", "large", model),
    object("InferenceBackend", "cloud", { modelRef: { name: "large" } }),
    object("OffloadPolicy", "gate", {
      backendRef: { name: "cloud" },
      budget: { rate: "800kbit/s" },
      decision: { policy: "always" },
      payload: { rungs: [{ name: "full", width: size.width, quality: 90 }] },
    }),
  );
  await until(() => pictures.length >= 5, { ...patience, what: "pictures" });
  for (const jpeg of pictures.splice(0)) expect(await black(jpeg)).toEqual(["left"]);
  await painted();
}, 180_000);

test("an edit reaches the camera without a rollout, and the object says so", async () => {
  const { policy } = await report(camera);
  await masked(right);
  await cloudSees("right");
  await painted();
  await masked(left, right);
  await cloudSees("left", "right");
  await painted();
  expect((await report(camera)).policy).toEqual(policy);
}, 180_000);

test("what was hidden stays hidden when the policy is gone, over a restart and without anybody to ask", async () => {
  await masked(left);
  await cloudSees("left");
  await kubectl("delete", "olp", "gate", "--timeout=150s");
  await until(async () => (await report(camera)).policy === null, { ...patience, what: "no policy" });
  await camera.end("SIGTERM");
  await nats.kill();
  camera = await startCamera();
  programs.push(camera);
  const picture = await until(
    async () => {
      const response = await fetch(`${camera.url}/api/live/main.jpg`);
      return response.ok && new Uint8Array(await response.arrayBuffer());
    },
    { ...patience, what: "a live picture" },
  );
  expect(await black(picture)).toEqual(["left"]);
}, 240_000);
