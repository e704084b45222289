import { Reflector } from "@sluice/cluster";
import { SluiceError } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { type Cluster, type ClusterOptions, withCluster } from "../cluster/connect.ts";
import { type Policy, policies } from "../cluster/kinds.ts";
import { untilInterrupted } from "../output/interrupt.ts";
import { listOf, type OutputOptions, put } from "../output/output.ts";
import { Redrawn } from "../output/redrawn.ts";
import { tableOf } from "../output/table.ts";
import type { Terminal } from "../terminal.ts";
import { policyColumns, statusText } from "./status.ts";

export interface StatusOptions extends ClusterOptions, OutputOptions {
  watch?: boolean;
}

/** Shows one policy, or all of them as a list; with `watch`, again whenever something changes. */
export async function showStatus(name: string | undefined, options: StatusOptions, terminal: Terminal): Promise<void> {
  await withCluster(options, async (cluster) => {
    if (options.watch) return watch(cluster, name, options, terminal);
    const found = name === undefined ? await cluster.list(policies) : [await cluster.get(policies, name)];
    const data = name === undefined ? listOf(found.map(({ raw }) => raw)) : found[0]!.raw;
    put(options, terminal, data, (wide) => textOf(found, name, terminal, wide));
  });
}

function textOf(found: readonly Policy[], name: string | undefined, terminal: Terminal, wide: boolean): string {
  const [first] = found;
  if (name !== undefined && first) return statusText(first, terminal, Date.now());
  return first ? tableOf(policyColumns, found, wide) : "no OffloadPolicy";
}

const redrawMs = 1_000;

async function watch(
  { kube, namespace, get, list }: Cluster,
  name: string | undefined,
  { output }: StatusOptions,
  terminal: Terminal,
): Promise<void> {
  if (output === "json" || output === "yaml")
    throw new SluiceError("bad-request", `--watch writes for people: leave out -o ${output}`);
  // What is wrong from the beginning is told at once; what goes wrong later is waited for.
  await (name === undefined ? list(policies) : get(policies, name));
  const { signal, [Symbol.dispose]: release } = untilInterrupted();
  const screen = new Redrawn(terminal);
  const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
  const prng = { next: Math.random };
  const selection = { namespace, fieldSelector };
  const reflector = new Reflector({ kube, resource: policies, selection, clock: systemClock, prng });
  const draw = () => {
    if (!reflector.synced) return;
    const found = [...reflector.store.values()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const gone = name !== undefined && found.length === 0 ? `${name} was deleted` : undefined;
    const lost = reflector.problem ? `\n${terminal.colors.yellow("not up to date")}: ${reflector.problem.message}` : "";
    screen.show(`${gone ?? textOf(found, name, terminal, output === "wide")}${lost}`);
  };
  reflector.subscribe(() => queueMicrotask(draw));
  const timer = setInterval(draw, redrawMs);
  void reflector.whenSynced().then(draw);
  try {
    await reflector.run(signal);
  } finally {
    clearInterval(timer);
    release();
  }
}
