import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OneNode, repoRoot, until } from "@sluice/testkit";
import { missing } from "./needs.ts";
import { startCluster } from "./start.ts";

/** `make cluster` and `make cluster-down`: a one-node Kubernetes that outlasts the command that started it. */
const local = join(repoRoot, ".sluice");
const folder = join(local, "cluster");
const log = join(local, "cluster.log");
/** Process that holds the cluster. */
const holder = join(local, "cluster.pid");
/** Building images is most of it, the first time. */
const patienceMs = 1_800_000;

const say = (text: string) => process.stdout.write(`${text}\n`);

function pidOf(): number | undefined {
  if (!existsSync(holder)) return undefined;
  const pid = Number(readFileSync(holder, "utf8"));
  const words = `/proc/${pid}/cmdline`;
  return existsSync(words) && readFileSync(words, "utf8").includes(import.meta.filename) ? pid : undefined;
}

async function up(): Promise<void> {
  const lack = missing();
  if (lack) throw new Error(lack);
  mkdirSync(local, { recursive: true });
  if (pidOf() === undefined) {
    const out = openSync(log, "w");
    const child = spawn(process.execPath, [import.meta.filename, "hold"], {
      detached: true,
      stdio: ["ignore", out, out],
    });
    closeSync(out);
    child.unref();
    writeFileSync(holder, String(child.pid));
  }
  await until(hasBegun, { timeoutMs: patienceMs, what: "the cluster" });
  say(instructions());
}

/** Shows what the holder says, once, and throws if it ended. */
let shown = 0;
function hasBegun(): boolean {
  const lines = readFileSync(log, "utf8").split("\n").slice(0, -1);
  for (const line of lines.slice(shown)) if (line !== "ready") say(line);
  shown = lines.length;
  if (lines.includes("ready")) return true;
  if (pidOf() === undefined) {
    say(`it ended: see ${log}`);
    process.exit(1);
  }
  return false;
}

const instructions = () => `
A Kubernetes of one node is running, with the images of this clone. In this folder:

  export KUBECONFIG=${join(folder, "admin.kubeconfig")} PATH="$PWD/.sluice/bin:$PATH"
  helm install sluice charts/sluice --namespace sluice --create-namespace --set 'nats.devices={gate,crossroads}'
  kubectl apply --namespace sluice -f deploy/samples/cluster/objects.yaml -f deploy/samples/cluster/policy.yaml
  helm install site charts/sluice-edge --namespace sluice --values deploy/samples/cluster/site.yaml
  kubectl get sluice,pods --namespace sluice

The fleet's page: kubectl port-forward --namespace sluice service/sluice-console 8090:80, then http://127.0.0.1:8090/
It goes on until \`make cluster-down\`, which forgets everything.`;

/** Runs the cluster until it is told to end. */
async function hold(): Promise<void> {
  const ended = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  const node = await startCluster(folder, say);
  say("ready");
  await ended;
  await node.stop();
}

async function down(): Promise<void> {
  const pid = pidOf();
  if (pid !== undefined) {
    process.kill(pid, "SIGTERM");
    await until(() => pidOf() === undefined, { timeoutMs: 120_000, what: "the cluster's end" });
  }
  // A test run that was killed could not do that itself.
  for (const each of [folder, join(local, "e2e/cluster"), join(local, "e2e/second")]) await OneNode.forget(each);
  for (const path of [holder, log]) rmSync(path, { force: true });
  say("The cluster is gone.");
}

const verbs: Readonly<Record<string, () => Promise<void>>> = { up, hold, down };
const verb = verbs[process.argv[2] ?? ""];
if (!verb) throw new Error(`usage: node e2e/cluster/main.ts ${Object.keys(verbs).join("|")}`);
await verb().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
