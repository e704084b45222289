import type { DecisionMessage, Heartbeat, Result, StreamReport } from "@sluice/contracts";

/** Messages of a device for tests; what matters to a test is given, the rest is plausible. */
export function sampleReport(given: Partial<StreamReport> = {}): StreamReport {
  return {
    name: "camera",
    state: "running",
    problem: null,
    width: 640,
    height: 360,
    fps: 10,
    frames: 100,
    answered: 100,
    dropped: {},
    offloads: {},
    sent: 5,
    inFlight: 0,
    bytes: 0,
    price: 2e-6,
    agreement: { samples: 0, local: null, corrected: null },
    ...given,
  };
}

interface GivenHeartbeat extends Partial<Omit<Heartbeat, "budget" | "uplink">> {
  budget?: Partial<Heartbeat["budget"]>;
  uplink?: Partial<Heartbeat["uplink"]>;
}

export function sampleHeartbeat(given: GivenHeartbeat = {}): Heartbeat {
  const budget = { bytesPerSecond: 25_000, burstBytes: 65_536, tokens: 30_000, spentBytes: 0, elapsedMs: 0 };
  const uplink = { state: "connected", model: "cloud", backend: "available", queueMs: 3 } as const;
  return {
    version: 1,
    device: "gate",
    atMs: 0,
    startedAtMs: 1_000,
    url: null,
    model: { name: "edge", digest: "0".repeat(64) },
    streams: [sampleReport()],
    ...given,
    budget: { ...budget, ...given.budget },
    uplink: { ...uplink, ...given.uplink },
  };
}

export function sampleDecision(given: Partial<DecisionMessage> = {}): DecisionMessage {
  return {
    version: 1,
    device: "gate",
    stream: "camera",
    frame: 0,
    capturedAtMs: 0,
    action: "skip",
    reason: "price",
    rung: null,
    bytes: 0,
    value: 0.1,
    price: 2e-6,
    tokens: 30_000,
    signals: { staleness: 0.5 },
    ...given,
  };
}

type Local = Extract<Result, { kind: "local" }>;

export function sampleResult(given: Partial<Local> = {}): Local {
  return {
    version: 1,
    device: "gate",
    stream: "camera",
    frame: 0,
    sourceFrame: 0,
    capturedAtMs: 0,
    kind: "local",
    width: 640,
    height: 360,
    local: { classes: ["car"], boxes: [[10, 10, 60, 40, 0.6, 0]] },
    answer: {
      classes: ["car", "person"],
      boxes: [
        [12, 11, 62, 41, 0.9, 0],
        [100, 50, 120, 110, 0.8, 1],
      ],
    },
    inferMs: 8,
    ...given,
  };
}
