import { request } from "node:http";

/** Asks etcd over its own socket, as JSON: `/v3/kv/range` and the like. */
export async function askEtcd(socketPath: string, path: string, body: object): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method: "POST", timeout: 10_000 }, (answer) => {
      let said = "";
      answer.setEncoding("utf8").on("data", (part) => (said += part));
      answer.once("error", reject);
      answer.once("end", () => {
        if (answer.statusCode === 200) resolve(JSON.parse(said));
        else reject(new Error(`etcd ${path}: ${answer.statusCode} ${said}`));
      });
    });
    asked.once("timeout", () => asked.destroy(new Error(`no answer to ${path}`)));
    asked.once("error", reject);
    asked.end(JSON.stringify(body));
  });
}

/** Has etcd forget every version of every object but the newest. */
export async function compactEtcd(socketPath: string): Promise<void> {
  const key = Buffer.from("/").toString("base64");
  const { header } = (await askEtcd(socketPath, "/v3/kv/range", { key, count_only: true })) as {
    header: { revision: string };
  };
  await askEtcd(socketPath, "/v3/kv/compaction", { revision: header.revision, physical: true });
}
