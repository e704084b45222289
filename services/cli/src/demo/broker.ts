import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, pause } from "@sluice/foundation";
import { natsServer } from "../workspace.ts";
import { type Group, notBuilt } from "./group.ts";

const pollMs = 20;
const listensWithinMs = 20_000;

/** nats-server knows nothing of its parent: a shell beside it waits for the pipe to close and then ends it. */
const script = 'exec 3<&0; (read -r _ <&3; kill "$$" 2>&-) & exec "$@" 3<&- </dev/null';

/** Starts a broker on a free port of the loopback address, with room for leases and policies; resolves with its URL. */
export async function startBroker(group: Group, folder: string, clock: Clock): Promise<string> {
  if (!existsSync(natsServer)) throw notBuilt(natsServer);
  const server = [
    natsServer,
    "-a",
    "127.0.0.1",
    "-p",
    "-1",
    "--ports_file_dir",
    folder,
    "-js",
    "-sd",
    join(folder, "jetstream"),
  ];
  const child = group.spawn("nats-server", ["/bin/sh", "-c", script, "sh", ...server], "stdin");
  const file = join(folder, `nats-server_${child.process.pid}.ports`);
  for (let waitedMs = 0; waitedMs < listensWithinMs; waitedMs += pollMs) {
    const url = existsSync(file) ? urlIn(readFileSync(file, "utf8")) : undefined;
    if (url) return url;
    await Promise.race([pause(clock, pollMs), group.failed]);
  }
  throw child.failure(`did not listen within ${listensWithinMs / 1_000} s`);
}

/** The server writes the file in one go but not atomically: an incomplete one is read again. */
function urlIn(text: string): string | undefined {
  return /"nats":\s*\[\s*"(nats:[^"]+)"/.exec(text)?.[1];
}
