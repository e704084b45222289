import { describe, expect, it } from "vitest";
import { type Run, run } from "./run.ts";
import { specFor } from "./spec.builder.ts";
import { scenery } from "./trace.builder.ts";
import type { Trace } from "./trace.ts";

const road = { network: undefined, rttMs: 0 };
const sendsOf = ({ frames }: Run, stream: number) =>
  frames.filter((each) => each.action === "send" && each.frame.stream === stream).length;

/** The second stream otherwise: its frames `heavier`, or the edge as good as the cloud. */
async function pair(change: (frame: Trace["frames"][number]) => Partial<Trace["frames"][number]>): Promise<Trace> {
  const trace = await scenery({ frames: 600, streams: ["a", "b"], seed: 3 });
  const frames = trace.frames.map((frame) => (frame.stream === 1 ? { ...frame, ...change(frame) } : frame));
  return { ...trace, frames };
}

describe("streams that share a budget", () => {
  it("are not starved by one with smaller frames", async () => {
    for (const share of [0.03, 0.1, 0.2]) {
      const trace = await pair(() => ({ bytes: [60_000] }));
      const ran = run(trace, { spec: specFor(trace, share), seed: 1, road });
      expect(sendsOf(ran, 1)).toBeGreaterThan(2);
      // Per byte a small frame is worth more.
      expect(sendsOf(ran, 0)).toBeGreaterThan(sendsOf(ran, 1));
    }
  });

  it("leave their bytes to the one that has something to gain", async () => {
    const trace = await pair((frame) => ({ edge: frame.cloud[0]! }));
    const ran = run(trace, { spec: specFor(trace, 0.1), seed: 1, road });
    const half = ran.frames.filter(({ frame }) => frame.t > 30);
    const late = { ...ran, frames: half };
    expect(sendsOf(late, 0)).toBeGreaterThan(3 * sendsOf(late, 1));
  });
});
