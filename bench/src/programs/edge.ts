import { edgeConfigSchema, environmentSchema } from "@sluice/contracts";
import { keepHeapSmall, startEdge } from "@sluice/edge";
import { serveReadings, told } from "./meter.ts";

/** The real edge daemon, at a pace that a configuration file cannot ask for. */
keepHeapSmall();
const { config, pace } = told() as { config: unknown; pace: "realtime" | "asap" };
const environment = environmentSchema.parse(process.env);
const edge = await startEdge({ config: edgeConfigSchema.parse(config), environment, pace });
process.once("SIGTERM", () => void edge.close().then(() => process.exit(0)));
serveReadings(() => {
  const { streams } = edge.report();
  return { count: streams[0]!.answered, sent: streams[0]!.sent };
});
