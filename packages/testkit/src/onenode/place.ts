import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeCgroup } from "./cgroups.ts";

/** Where one node and its parts are; two nodes on a machine share none of it. */
export interface Place {
  /** All that it keeps. */
  readonly folder: string;
  /** Of its cgroups and of its end of the cable on the machine. */
  readonly name: string;
  /** The machine's end of the cable, and the node's. */
  readonly hostAddress: string;
  readonly address: string;
}

/** What each node may use: it is alone in its network, so all have the same. */
export const podRange = "10.85.0.0/16";
export const serviceRange = "10.96.0.0/16";
export const apiPort = 6443;
const mostNodes = 100;

/**
 * A place that nobody has, and from now on nobody else gets: it is whose cgroup it is. Its addresses are of the range for benchmarks (RFC 2544), which no network routes: a machine
 * that is in a 10.0.0.0/8 stays where it is.
 */
export function takePlace(folder: string): Place {
  for (let n = 1; n <= mostNodes; n++) {
    const name = `sluice-${n}`;
    if (existsSync(join("/sys/class/net", name)) || !makeCgroup(name)) continue;
    return { folder, name, hostAddress: `198.18.${n}.1`, address: `198.18.${n}.2` };
  }
  throw new Error(`${mostNodes} nodes run here: end some with \`make cluster-down\``);
}
