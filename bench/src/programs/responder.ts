import { versionOfWire } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { connectLink, serveModel } from "@sluice/messaging";
import { serveReadings, told } from "./meter.ts";

/** A cloud that takes no time: it answers every picture at once with the same boxes, without looking at it. */
const { server, model } = told() as { server: string; model: string };
const link = await connectLink({ servers: [server], name: "responder", clock: systemClock });
let count = 0;
serveModel(link, model, (request) => {
  count++;
  request.answer({
    version: versionOfWire,
    frame: request.frame,
    model,
    digest: "0".repeat(64),
    width: 640,
    height: 360,
    detections: {
      classes: ["person", "car"],
      boxes: Array.from({ length: 8 }, (_, i) => [i * 70, 100, i * 70 + 40, 180, 0.9, i % 2]),
    },
    threshold: 0.4,
    batch: 1,
    queueMs: 0,
    decodeMs: 0,
    computeMs: 0,
  });
});
process.once("SIGTERM", () => void link.close().then(() => process.exit(0)));
serveReadings(() => ({ count }));
