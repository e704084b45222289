import { seededPrng, systemClock } from "@sluice/foundation";
import { openCapture, readPictures } from "@sluice/imaging";
import { openModel } from "@sluice/models";
import { serveReadings, told } from "./meter.ts";

/** What a program would do that does nothing but see: decode a picture, run the model, again and again. */
interface Bare {
  readonly model: string;
  readonly source: string;
  readonly threads: number;
  /** Whether pictures are decoded in a process of their own, as the daemon does it, or in this one. */
  readonly decode: "apart" | "here";
  readonly pace: "realtime" | "asap";
}

const { model: manifest, source, threads, decode, pace } = told() as Bare;
const model = await openModel(manifest, { workers: 1, threads });
let count = 0;
let latenciesMs: number[] = [];
process.once("SIGTERM", () => process.kill(process.pid, "SIGKILL"));
serveReadings(() => {
  const taken = latenciesMs;
  latenciesMs = [];
  return { count, latenciesMs: taken };
});
await (decode === "here" ? runHere() : runApart());

async function runHere(): Promise<void> {
  for await (const picture of readPictures(source)) {
    await model.detect(picture);
    count++;
  }
}

async function runApart(): Promise<void> {
  const options = { stream: "bare", source, loop: true, masks: [], stallAfterMs: 3_600_000, pace };
  const capture = openCapture(options, { clock: systemClock, prng: seededPrng(1), onState: () => {} });
  for (let frame = await capture.next(); frame; frame = await capture.next()) {
    await model.detect(frame);
    if (pace === "realtime") latenciesMs.push(performance.timeOrigin + performance.now() - frame.capturedAtMs);
    frame.release();
    count++;
  }
}
