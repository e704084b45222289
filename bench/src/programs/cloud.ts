import { environmentSchema, inferenceConfigSchema } from "@sluice/contracts";
import { startInference } from "@sluice/inference";
import { serveReadings, told } from "./meter.ts";

/** The real inference service; what it has answered is read from its own metrics. */
const config = inferenceConfigSchema.parse(told());
const service = await startInference(config, { baseDir: "/", environment: environmentSchema.parse(process.env) });
process.once("SIGTERM", () => void service.close().then(() => process.exit(0)));
serveReadings(() => ({ count: 0 }));
