import { systemClock } from "@sluice/foundation";
import { createLogger, createMetrics } from "@sluice/observability";
import { until } from "@sluice/testkit";
import { State } from "./state.ts";

/** A process that saves one document, tells when it is on disk without having asked for it, and holds on. */
const [directory, n] = process.argv.slice(2);
const metrics = createMetrics();
const state = await State.open({ directory, clock: systemClock, logger: createLogger("holder", "silent"), metrics });
state.save("child", { version: 1, parse: (value) => value }, { count: Number(n) });
await until(async () => (await metrics.render()).includes("sluice_edge_state_writes_total"));
process.send!("ready");
process.on("disconnect", () => process.exit());
