import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, launch, terminate, working } from "../child.ts";
import type { Place } from "./place.ts";

/** A folder of the machine on which the network's plugins insist; the node sees another one in its place. */
const claimed = "/var/lib/cni";

/**
 * First process of a node: processes, mounts and network of its own, so that all of them end with it. It adopts what loses
 * its parent. Its uplink swallows what goes nowhere, but must be there: a route is looked up before a Service's address is
 * translated.
 */
const first = `set -e
mount --make-rshared /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
mount -t tmpfs tmpfs /var/lib/cni
ip link set lo up
ip link add uplink type bridge
ip link set uplink up
ip route add default dev uplink
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
touch "$1/begun"
while :; do sleep infinity & wait $!; done`;

/** Holds the first process's id, by which whoever may can enter a node. */
const initFile = "init";

/** Whether the node of `folder` is there: a process of that id that knows the folder. */
export function isRunning(folder: string): boolean {
  const file = join(folder, initFile);
  const words = existsSync(file) ? `/proc/${readFileSync(file, "utf8")}/cmdline` : file;
  return existsSync(words) && readFileSync(words, "utf8").includes(folder);
}

/** How a program is started among the processes, mounts and addresses of the node in `folder`. */
function entry(folder: string): { words: readonly string[]; env: NodeJS.ProcessEnv } {
  const init = readFileSync(join(folder, initFile), "utf8");
  const into = [`--target=${init}`, "--pid", "--mount", "--net", "--wd=/", "--"];
  const path = `${join(folder, "bin")}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin`;
  return { words: [...into, "setpriv", "--pdeathsig=KILL", "--"], env: { ...process.env, PATH: path } };
}

/** Runs a program in the node of `folder` to its end, and returns what it said; throws if it failed. */
export function runInNode(folder: string, program: string, args: readonly string[]): string {
  const { words, env } = entry(folder);
  const { status, stdout, stderr, error } = spawnSync("nsenter", [...words, program, ...args], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** The namespaces of one node. They and all that runs in them end with this process, however it ends. */
export class Space {
  readonly #place: Place;
  readonly #outside: Child;

  private constructor(place: Place, outside: Child) {
    this.#place = place;
    this.#outside = outside;
  }

  static async start(place: Place): Promise<Space> {
    for (const path of [claimed, join(place.folder, "logs")]) mkdirSync(path, { recursive: true });
    const own = ["--pid", "--mount", "--net", "--mount-proc", "--propagation=slave"];
    const outside = launch("unshare", ["--fork", "--kill-child", ...own, "bash", "-c", first, "node", place.folder]);
    await working(outside, "the node's namespaces", () => existsSync(join(place.folder, "begun")));
    const init = childOf(outside.pid!);
    writeFileSync(join(place.folder, initFile), init);
    const space = new Space(place, outside);
    space.#connect(init);
    return space;
  }

  /** A cable between machine and node. */
  #connect(init: string): void {
    const { folder, name, hostAddress, address } = this.#place;
    const ip = (words: string) => execFileSync("ip", words.split(" "), { stdio: "pipe" });
    ip(`link add ${name} type veth peer name eth0 netns ${init}`);
    ip(`address add ${hostAddress}/30 dev ${name}`);
    ip(`link set ${name} up`);
    runInNode(folder, "ip", `address add ${address}/30 dev eth0`.split(" "));
    runInNode(folder, "ip", "link set eth0 up".split(" "));
  }

  /** Starts a program in the node; it gets SIGKILL when the one that is returned ends. */
  launch(program: string, args: readonly string[]): Child {
    const log = join(this.#place.folder, "logs", `${program}.log`);
    const { words, env } = entry(this.#place.folder);
    return launch("nsenter", [...words, program, ...args], { env, log });
  }

  async end(): Promise<void> {
    disconnect(this.#place.name);
    await terminate(this.#outside, "SIGKILL");
    removeEmpty(claimed);
  }
}

/** The kernel would do that too, some time after the network is gone. There is no cable where the start failed early. */
export function disconnect(name: string): void {
  spawnSync("ip", ["link", "delete", name]);
}

const childOf = (pid: number): string => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();

/** Another node, or another program, may use it too. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!["ENOTEMPTY", "EBUSY", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
