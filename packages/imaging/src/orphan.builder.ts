/** A program that captures until it is killed: the parent that dies in a test. */
import { seededPrng, systemClock } from "@sluice/foundation";
import { openCapture } from "./capture.ts";

const capture = openCapture(
  { stream: "s", source: process.argv[2]!, loop: true, masks: [], stallAfterMs: 5_000, pace: "realtime" },
  { clock: systemClock, prng: seededPrng(1), onState: () => {} },
);
for (let frame = await capture.next(); frame; frame = await capture.next()) {
  if (frame.index === 0) process.stdout.write("frame\n");
  frame.release();
}
