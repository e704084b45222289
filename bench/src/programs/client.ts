import { readFile } from "node:fs/promises";
import { systemClock } from "@sluice/foundation";
import { connectLink, OffloadClient } from "@sluice/messaging";
import { serveReadings, told } from "./meter.ts";

/** Keeps so many offloads under way, each answered one replaced by the next at once. */
interface Load {
  readonly server: string;
  readonly model: string;
  readonly pictures: readonly string[];
  readonly inFlight: number;
}

const { server, model, pictures, inFlight } = told() as Load;
const jpegs = await Promise.all(pictures.map((path) => readFile(path)));
const link = await connectLink({ servers: [server], name: "client", clock: systemClock });
const client = new OffloadClient({ link, model, device: "client", clock: systemClock });
/** While the service is stopped between its turns nothing is late. */
const patienceMs = 3_600_000;
const retryMs = 20;
let count = 0;
let next = 0;
let latenciesMs: number[] = [];
const sentAtMs = new Map<number, number>();

client.onEnd(({ frame, outcome, reply }) => {
  const tookMs = performance.now() - sentAtMs.get(frame)!;
  sentAtMs.delete(frame);
  if (reply && outcome === "answered") {
    count++;
    latenciesMs.push(tookMs - reply.decodeMs - reply.computeMs);
    send();
  } else setTimeout(send, retryMs);
});
process.once("SIGTERM", () => void link.close().then(() => process.exit(0)));
serveReadings(() => {
  const taken = latenciesMs;
  latenciesMs = [];
  return { count, latenciesMs: taken };
});
for (let i = 0; i < inFlight; i++) send();

function send(): void {
  const frame = next++;
  sentAtMs.set(frame, performance.now());
  const jpeg = jpegs[frame % jpegs.length]!;
  if (client.send({ stream: "load", frame, jpeg, deadlineMs: Date.now() + patienceMs })) return;
  sentAtMs.delete(frame);
  setTimeout(send, retryMs);
}
