import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import type { Kube as Server } from "./kube.ts";

/**
 * Answers in the server's place and says true; false lets the request through, once it is said, and so does "lost", but
 * then nobody hears the server's answer.
 */
export type Fault = (request: IncomingMessage, response: ServerResponse) => Verdict | Promise<Verdict>;
type Verdict = boolean | "lost";

export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Asked for every request; true where it has answered itself. */
  fault: Fault;
}

/** An HTTP proxy before the real API server that fails in ways in which a real one cannot be made to. */
export async function startFaultProxy(server: Server): Promise<FaultProxy> {
  const agent = new Agent({ ca: readFileSync(server.authority), keepAlive: true });
  const proxy: { fault: Fault } = { fault: () => false };
  const pass = (near: IncomingMessage, answer: ServerResponse, isLost: boolean) => {
    const far = request(new URL(near.url ?? "/", server.url), { agent, method: near.method, headers: near.headers });
    far.on("response", (response) => {
      if (isLost) return answer.destroy();
      answer.writeHead(response.statusCode ?? 502, response.headers);
      // A watch has accepted long before it has something to say.
      answer.flushHeaders();
      return response.on("error", () => answer.destroy()).pipe(answer);
    });
    far.on("error", () => answer.destroy());
    answer.on("close", () => far.destroy());
    near.pipe(far);
  };
  const http = createServer((near, answer) => {
    Promise.resolve(proxy.fault(near, answer)).then(
      (verdict) => verdict === true || pass(near, answer, verdict === "lost"),
      () => answer.destroy(),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    agent.destroy();
  };
  const { port } = http.address() as { port: number };
  return Object.assign(proxy, { port, [Symbol.asyncDispose]: close });
}

/** The next `times` requests that match are answered with `status` and `body`. */
export function failTimes(times: number, matches: RegExp, status: number, body: string, headers = {}): Fault {
  let left = times;
  return (near, answer) => {
    if (left === 0 || !matches.test(near.url ?? "")) return false;
    left--;
    answer.writeHead(status, headers).end(body);
    return true;
  };
}
