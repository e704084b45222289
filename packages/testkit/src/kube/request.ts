import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

export interface KubeAnswer {
  readonly status: number;
  /** The object, the list, or the `Status` that says what went wrong. */
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the API server says, as a test wants to look at it
  readonly body: any;
}

export interface Asking {
  readonly url: string;
  readonly authority: string;
  readonly token: string;
}

const jsonPatch = "application/merge-patch+json";

/** Asks the API server over a connection of its own, with nothing cached or retried. */
export async function ask({ url, authority, token }: Asking, method: string, path: string, body?: unknown) {
  const type = method === "PATCH" ? jsonPatch : "application/json";
  const text = body === undefined ? undefined : JSON.stringify(body);
  // The length too: without it Node sends the body of a DELETE in a way that nobody reads.
  const length = text === undefined ? {} : { "content-length": Buffer.byteLength(text) };
  const headers = { authorization: `Bearer ${token}`, accept: "application/json", "content-type": type, ...length };
  const agent = new Agent({ ca: readFileSync(authority), keepAlive: false });
  return await new Promise<KubeAnswer>((resolve, reject) => {
    const asked = request(new URL(path, url), { method, headers, agent, timeout: 30_000 }, (answer) => {
      let said = "";
      answer.setEncoding("utf8").on("data", (part) => (said += part));
      answer.once("error", reject);
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, body: parsed(said) }));
    });
    asked.once("timeout", () => asked.destroy(new Error(`no answer to ${method} ${path}`)));
    asked.once("error", reject);
    asked.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
