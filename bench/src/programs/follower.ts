import { setImmediate as turn } from "node:timers/promises";
import {
  loadAccess,
  type Meter,
  openKube,
  Recorder,
  Reflector,
  type Resource,
  ready,
  runController,
} from "@sluice/cluster";
import { type EdgeDevice, edgeDeviceSchema, validate } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { told } from "./meter.ts";

/**
 * Follows a cluster's EdgeDevices in one of three ways, says what it cost as a line of JSON, and ends: `bare` keeps the
 * parsed pages of one list, `store` is a reflector, `controller` writes each device's status and then looks at all anew.
 */
export interface Following {
  readonly kubeconfig: string;
  readonly how: "bare" | "store" | "controller";
  readonly objects: number;
}

export interface Followed {
  readonly syncMs: number;
  /** Growth from before the list until after it, garbage collected. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** Of the controller: the first look at all, its writes, a second look at all, and its writes. */
  readonly looks: readonly { readonly tookMs: number; readonly writes: number }[];
}

const devices: Resource<EdgeDevice> = {
  apiVersion: "sluice.dev/v1alpha1",
  kind: "EdgeDevice",
  plural: "edgedevices",
  namespaced: true,
  parse: (value) => validate(value, edgeDeviceSchema, "EdgeDevice", "object-invalid"),
};

const { kubeconfig, how, objects } = told() as Following;
let writes = 0;
let reconciles = 0;
const meter: Meter = {
  inc: (name, labels) => {
    const { verb } = labels as { verb?: string };
    if (name === "sluice_operator_api_requests_total" && verb !== "GET") writes++;
    if (name === "sluice_operator_reconciles_total") reconciles++;
  },
  set: () => {},
  remove: () => {},
  observe: () => {},
};
const world = { clock: systemClock, prng: { next: Math.random }, meter };
const kube = openKube({ access: loadAccess({ kubeconfig }), agent: "sluice-bench", ...world });
const end = new AbortController();
const before = memory();
const startMs = performance.now();
const kept = how === "bare" ? await bare() : await follow();
const syncMs = performance.now() - startMs;
const after = memory();
const looks = kept instanceof Reflector && how === "controller" ? [await look(kept), await look(kept)] : [];
const grown = { heapBytes: after.heapUsed - before.heapUsed, residentBytes: after.rss - before.rss };
process.stdout.write(`${JSON.stringify({ syncMs, ...grown, looks } satisfies Followed)}\n`);
process.exit(0);

function memory(): NodeJS.MemoryUsage {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage();
}

async function bare(): Promise<unknown[]> {
  const items: unknown[] = [];
  let token: string | undefined;
  do {
    const query = { limit: 500, continue: token };
    const page = (await kube.call({ verb: "GET", path: "/apis/sluice.dev/v1alpha1/edgedevices", query })) as {
      items: unknown[];
      metadata: { continue?: string };
    };
    items.push(...page.items);
    token = page.metadata.continue;
  } while (token);
  return items;
}

async function follow(): Promise<Reflector<EdgeDevice>> {
  const reflector = new Reflector({ kube, resource: devices, ...world });
  void reflector.run(end.signal);
  await reflector.whenSynced();
  return reflector;
}

/** What an operator does that has just begun to lead: it looks at every object once, and again at what it wrote. */
async function look(reflector: Reflector<EdgeDevice>): Promise<Followed["looks"][number]> {
  const [writesBefore, reconcilesBefore, beganMs] = [writes, reconciles, performance.now()];
  const recorder = new Recorder({ kube, clock: systemClock, component: "sluice-bench", instance: "bench" });
  const stop = new AbortController();
  const outcome = ready("its policy and its lease are confirmed");
  const reconcile = async () => ({ outcome, status: {} });
  const running = runController({ name: "bench", kube, reflector, recorder, ...world, reconcile }, stop.signal);
  const wrote = () => writes - writesBefore;
  while (reconciles - reconcilesBefore < objects + wrote()) await turn();
  stop.abort();
  await running;
  return { tookMs: performance.now() - beganMs, writes: wrote() };
}
