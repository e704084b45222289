import { conditionOf } from "@sluice/cluster";
import { type ClusterOptions, withCluster } from "../cluster/connect.ts";
import { type Device, devices } from "../cluster/kinds.ts";
import { ageOf } from "../output/age.ts";
import { listOf, type OutputOptions, put } from "../output/output.ts";
import { type Column, tableOf } from "../output/table.ts";
import type { Terminal } from "../terminal.ts";

export interface DevicesOptions extends ClusterOptions, OutputOptions {
  policy?: string;
}

/** Shows the devices of a namespace, or of a policy. */
export async function showDevices(options: DevicesOptions, terminal: Terminal): Promise<void> {
  const all = await withCluster(options, (cluster) => cluster.list(devices));
  const found = all.filter(({ status }) => options.policy === undefined || status?.policy?.name === options.policy);
  const raw = listOf(found.map((device) => device.raw));
  const none = `no EdgeDevice${options.policy === undefined ? "" : ` acts on policy ${options.policy}`}`;
  put(options, terminal, raw, (wide) => (found.length > 0 ? tableOf(columns(Date.now()), found, wide) : none));
}

const columns = (nowMs: number): Column<Device>[] => [
  { head: "NAME", cell: ({ metadata }) => metadata.name },
  { head: "STATE", cell: (device) => stateOf(device, nowMs) },
  { head: "POLICY", cell: ({ status }) => status?.policy?.name },
  { head: "RATE", cell: ({ status }) => status?.lease?.rate },
  { head: "MODEL", cell: ({ status }) => status?.model?.name },
  { head: "REVISION", cell: ({ status }) => status?.policy?.revision, wide: true },
  { head: "PAGE", cell: ({ status }) => status?.url, wide: true },
  { head: "LABELS", cell: ({ metadata }) => labelsOf(metadata.labels), wide: true },
  { head: "PROBLEM", cell: ({ status }) => status?.policy?.problem, wide: true },
];

/** `online`, or for how long it has been silent; whether it refuses its policy. */
export function stateOf({ status }: Device, nowMs: number): string | undefined {
  const reporting = conditionOf(status?.conditions, "Reporting");
  if (!reporting) return undefined;
  if (reporting.status === "True") return status?.policy?.problem === undefined ? "online" : "refuses";
  const age = ageOf(status?.lastSeen, nowMs);
  return age === undefined ? "never heard" : `silent ${age}`;
}

const labelsOf = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",") || "-";
