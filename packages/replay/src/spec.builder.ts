import { type OffloadSpec, offloadSchema, type PolicyName } from "@sluice/contracts";
import { bytesOfAll, secondsOf, type Trace } from "./trace.ts";

/** A spec with a share of the trace's bytes as its budget, and the trace's own rungs. */
export function specFor(trace: Trace, share: number, policy: PolicyName = "learned"): OffloadSpec {
  const rungs = trace.header.rungs.map(({ name, width, quality }) => ({ name, width, quality }));
  const spec = offloadSchema.parse({
    model: "cloud",
    budget: { rate: "1MB/s" },
    decision: { policy },
    payload: { rungs },
  });
  const bytes = share * bytesOfAll(trace);
  return { ...spec, budget: { rate: bytes / secondsOf(trace), burst: bytes } };
}
