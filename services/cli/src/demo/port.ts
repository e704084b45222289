import { once } from "node:events";
import { createServer } from "node:net";
import { SluiceError } from "@sluice/contracts";

/** Ports after the wanted one that are tried for a suggestion. */
const suggestions = 20;

/** Throws `port-taken`, with a free port to use instead, where another program listens on `port`. */
export async function checkPort(port: number): Promise<void> {
  if (port === 0 || (await isFree(port))) return;
  for (let other = port + 1; other <= Math.min(port + suggestions, 65_535); other++) {
    if (await isFree(other)) throw taken(port, `--port ${other} is free`);
  }
  throw taken(port, "--port 0 takes any that is free");
}

const taken = (port: number, hint: string) =>
  new SluiceError("port-taken", `port ${port} of 127.0.0.1 is taken; ${hint}`);

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw new SluiceError("port-taken", `port ${port}: ${(error as Error).message}`, { cause: error });
  }
  server.close();
  await once(server, "close");
  return true;
}
