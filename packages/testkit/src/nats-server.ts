import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, launch, terminate, working } from "./child.ts";
import { repoRoot, tempDir } from "./paths.ts";

export interface NatsOptions {
  /** 0, the default, lets the system choose. */
  port?: number;
  /** Text of a server configuration; address, port and folders are set by the starter. */
  config?: string;
  jetStream?: boolean;
}

export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Ends the server in order, and forgets its folder. */
  stop(): Promise<void>;
  /** SIGKILL: what a power cut does to it. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  start(): Promise<void>;
}

const binary = join(repoRoot, ".sluice/bin/nats-server");

/** Starts a real nats-server on the loopback address; it dies with this process at the latest. */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run \`make test\` once, which builds it`);
  const dir = tempDir();
  const configFile = join(dir.path, "server.conf");
  writeFileSync(configFile, options.config ?? "");
  const flags = ["-c", configFile, "-a", "127.0.0.1", "--ports_file_dir", dir.path];
  if (options.jetStream) flags.push("-js", "-sd", join(dir.path, "jetstream"));
  let port = options.port ?? 0;
  let child: Child | undefined;

  const start = async () => {
    child = launch(binary, [...flags, "-p", String(port || -1)]);
    port = await readPort(dir.path, child);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child) await terminate(child, signal);
    child = undefined;
  };
  const stop = async () => {
    await end("SIGTERM");
    await dir.remove();
  };
  await start().catch(async (cause: unknown) => {
    await stop();
    throw cause;
  });
  return {
    get url() {
      return `nats://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    stop,
    kill: () => end("SIGKILL"),
    start,
    [Symbol.asyncDispose]: stop,
  };
}

/** The server writes a file named after its process once it listens. */
async function readPort(folder: string, child: Child): Promise<number> {
  const path = join(folder, `nats-server_${child.pid}.ports`);
  const port = await working(child, "nats-server", () => existsSync(path) && portIn(readFileSync(path, "utf8")));
  rmSync(path, { force: true });
  return port;
}

function portIn(text: string): number {
  const [url] = (JSON.parse(text) as { nats: string[] }).nats;
  return Number(new URL(url!.replace(/^nats:/, "http:")).port);
}
