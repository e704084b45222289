import { spawn } from "node:child_process";
import { kubernetesBinary } from "./binaries.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl; `home` is where it keeps its caches. Never throws for what kubectl finds wrong. */
export function runKubectl(args: readonly string[], kubeconfig: string, home: string, input = ""): Promise<Ran> {
  const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: home };
  const child = spawn(kubernetesBinary(), args, { argv0: "kubectl", env, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  child.stdin.on("error", () => {}); // kubectl may end before it has read everything
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}
