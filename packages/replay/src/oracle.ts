import type { Policy } from "@sluice/offload";
import type { Best } from "./schedule.ts";
import type { Trace } from "./trace.ts";

/**
 * A policy for each stream that follows the schedule which hindsight found best. Where the bucket does not hold a frame's
 * bytes yet, the next frame that it can pay for goes in its place.
 */
export function oracles({ header, frames }: Trace, { schedules }: Best): Policy[] {
  return header.streams.map((_, stream) => {
    const own = frames.filter((frame) => frame.stream === stream);
    const due = schedules[stream]!.sends.map(({ at }) => own[at]!.frame);
    let done = 0;
    return {
      wish: ({ now }) => ({ send: now.frame >= (due[done] ?? Number.POSITIVE_INFINITY), reason: "periodic" }),
      sent: () => void done++,
    };
  });
}
