import { parseArgs } from "node:util";
import { asSluiceError, type Heartbeat } from "@sluice/contracts";
import { loadEdgeConfig, loadEnvironment } from "./config.ts";
import { startEdge } from "./edge.ts";
import { keepHeapSmall } from "./heap.ts";

/** Runs one device until it is told to stop: `--config FILE`. SIGHUP reads the model's manifest again. */
async function main(): Promise<void> {
  keepHeapSmall();
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (!values.config) throw new Error("usage: sluice edge --config FILE");
  const edge = await startEdge({
    config: await loadEdgeConfig(values.config),
    environment: loadEnvironment(process.env),
  });
  const stop = () => void edge.close().then(() => leave(edge.report()), fail);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
  process.on("disconnect", stop);
  process.on("SIGHUP", () => void edge.reload().catch(complain));
  process.send?.({ kind: "ready", url: edge.url });
  await edge.done;
  stop();
}

/** Ends the process; whoever started it with a channel is told the last report, when every frame has been accounted for. */
function leave(report: Heartbeat): void {
  if (!process.connected) process.exit(0);
  process.send?.({ kind: "stopped", report }, () => process.exit(0));
}

function complain(cause: unknown): void {
  const { code, message, cure } = asSluiceError(cause);
  process.stderr.write(`${code}: ${message}\n${cure}\n`);
}

function fail(cause: unknown): void {
  complain(cause);
  process.exit(1);
}

main().catch(fail);
