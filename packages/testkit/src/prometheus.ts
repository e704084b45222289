import { existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { launch, terminate, working } from "./child.ts";
import { tempDir } from "./paths.ts";

const inPath = (program: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));

const prometheus = inPath("prometheus");

/** Where Prometheus's own checker is; undefined where Prometheus is not installed. */
export const promtool: string | undefined = prometheus && inPath("promtool");
/** Why a test that needs either is skipped. */
export const prometheusReason = "needs Prometheus: apt-get install prometheus";

/** One series of an answer, with its present value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** What an expression gives now. Rejects with Prometheus's own words where it is no good. */
  query(expr: string): Promise<Sample[]>;
}

/** Starts a real Prometheus on the loopback address; `config` is the text of its configuration file. */
export async function startPrometheus(config: string): Promise<Prometheus> {
  const dir = tempDir();
  const file = join(dir.path, "prometheus.yaml");
  writeFileSync(file, config);
  const flags = [`--config.file=${file}`, `--storage.tsdb.path=${join(dir.path, "data")}`];
  const child = launch(prometheus!, [...flags, "--web.listen-address=127.0.0.1:0"], { folder: dir.path });
  const stop = async () => {
    await terminate(child, "SIGTERM");
    await dir.remove();
  };
  try {
    const listens = /msg="Listening on" address=(\S+)/;
    const url = `http://${await working(child, "prometheus", () => listens.exec(child.lastWords ?? "")?.[1])}`;
    await working(child, "prometheus", async () => (await fetch(`${url}/-/ready`)).ok);
    return { url, query: (expr) => query(url, expr), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function query(url: string, expr: string): Promise<Sample[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
  const answer = (await response.json()) as {
    error?: string;
    data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  if (!answer.data) throw new Error(`${expr}: ${answer.error}`);
  return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}
