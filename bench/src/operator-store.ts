import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { loadAccess, openKube } from "@sluice/cluster";
import { systemClock } from "@sluice/foundation";
import { type Kube as Server, startKube } from "@sluice/testkit";
import type { Context } from "./context.ts";
import type { Findings, Measure } from "./measure.ts";
import type { Followed, Following } from "./programs/follower.ts";

const program = fileURLToPath(new URL("./programs/follower.ts", import.meta.url));
const mebibyte = 2 ** 20;
const kilobyte = 1e3;
const inFlight = 16;
/** A store that checks each object may cost this much more than a list that is only parsed. */
const targets = { slower: 3, larger: 1, writesOnce: 1, writesAgain: 0 };

/** What it costs an operator to know a fleet: against a bare list of it, from the same real API server. */
export async function operatorStore({ scale }: Context): Promise<Findings> {
  const measures: Measure[] = [];
  for (const objects of scale.objects) measures.push(...(await follow(objects, objects === scale.objects.at(-1))));
  return { setting: { devices: scale.objects.join(", "), streams: "2 a device", server: "kube-apiserver" }, measures };
}

/** Small fleets are measured for the slope: there the fixed cost counts, so targets are for the largest. */
async function follow(objects: number, largest: boolean): Promise<Measure[]> {
  await using server = await startKube();
  await fill(server, objects);
  const told = { kubeconfig: server.kubeconfig, objects };
  const bare = await ran({ ...told, how: "bare" });
  const store = await ran({ ...told, how: "store" });
  const [first, second] = (await ran({ ...told, how: "controller" })).looks;
  const heap = ({ heapBytes }: Followed) => heapBytes / objects / kilobyte;
  const measure = (name: string, value: number, unit: string, atMost?: number): Measure => ({
    name: `${objects} devices: ${name}`,
    value,
    unit,
    ...(largest && atMost !== undefined && { target: { atMost } }),
  });
  return [
    measure("bare list", bare.syncMs, "ms"),
    measure("store in step", store.syncMs, "ms"),
    measure("store over bare list, time", store.syncMs / bare.syncMs, "×", targets.slower),
    measure("bare list, heap a device", heap(bare), "kB"),
    measure("store, heap a device", heap(store), "kB"),
    measure("store over bare list, heap", heap(store) / heap(bare), "×", targets.larger),
    measure("store, resident memory", store.residentBytes / mebibyte, "MiB"),
    measure("every status written", first!.tookMs / 1_000, "s"),
    measure("writes for that, a device", first!.writes / objects, "", targets.writesOnce),
    measure("all looked at again", second!.tookMs / 1_000, "s"),
    measure("writes for that", second!.writes, "", targets.writesAgain),
  ];
}

async function ran(following: Following): Promise<Followed> {
  const args = ["--expose-gc", program, JSON.stringify(following)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Followed;
}

async function fill(server: Server, objects: number): Promise<void> {
  const access = loadAccess({ kubeconfig: server.kubeconfig });
  const kube = openKube({ access, clock: systemClock, agent: "sluice-bench" });
  let next = 0;
  const worker = async () => {
    while (next < objects) {
      const body = device(next++);
      await kube.call({ verb: "POST", path: "/apis/sluice.dev/v1alpha1/namespaces/default/edgedevices", body });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  kube.close();
}

const device = (n: number) => ({
  apiVersion: "sluice.dev/v1alpha1",
  kind: "EdgeDevice",
  metadata: { name: `camera-${n}`, labels: { site: `site-${n % 100}`, model: "street" } },
  spec: {
    weight: "1",
    floor: "8kbit/s",
    streams: ["front", "back"].map((name) => ({
      name,
      zones: [{ name: "crossing", polygon: "0,0 0.5,0 0.5,0.5 0,0.5" }],
    })),
  },
});
