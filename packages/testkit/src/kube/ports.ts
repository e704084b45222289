import { createServer } from "node:net";

/**
 * A port of the loopback address that is free now. Programs that cannot choose one themselves are told; should another
 * process be faster they end at once, and the caller tries again with another one.
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
