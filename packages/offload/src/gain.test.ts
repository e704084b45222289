import { describe, expect, it } from "vitest";
import { Gain } from "./gain.ts";

const signals = { uncertain: 0, churn: 0, motion: 0, drift: 0, staleMs: 1_000, loss: 0.1, fresh: 0.1 };

describe("Gain", () => {
  it("grows with the loss that has built up, and with what recent replies won", () => {
    const [quiet, busy] = [new Gain(), new Gain()];
    for (let reply = 0; reply < 5; reply++) {
      quiet.observed(0);
      busy.observed(0.6);
    }
    expect(busy.expected({ ...signals, lost: 2 })).toBeCloseTo(2 * busy.expected({ ...signals, lost: 1 }));
    expect(busy.expected({ ...signals, lost: 1 })).toBeGreaterThan(4 * quiet.expected({ ...signals, lost: 1 }));
    expect(quiet.expected({ ...signals, lost: 1 })).toBeGreaterThan(0);
  });
});
