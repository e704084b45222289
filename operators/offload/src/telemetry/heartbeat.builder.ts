import { type Heartbeat, heartbeatSchema, versionOfWire } from "@sluice/contracts";

/** What a test says of a device's one stream and budget; the rest is as usual. */
export interface Said {
  readonly device?: string;
  readonly atMs?: number;
  readonly startedAtMs?: number;
  readonly policy?: { name: string; revision: string } | null;
  readonly refused?: Heartbeat["refused"];
  readonly masks?: Heartbeat["masks"];
  readonly frames?: number;
  readonly dropped?: number;
  readonly spentBytes?: number;
  readonly elapsedMs?: number;
  readonly sent?: number;
  readonly backend?: "available" | "silent" | "unknown";
  readonly agreement?: { samples: number; local: number | null; corrected: number | null };
}

export function heartbeatOf(said: Said = {}): Heartbeat {
  const { frames = 0, dropped = 0, spentBytes = 0, elapsedMs = 0 } = said;
  return heartbeatSchema.parse({
    version: versionOfWire,
    device: said.device ?? "cam",
    atMs: said.atMs ?? 1_000,
    startedAtMs: said.startedAtMs ?? 1_000,
    url: null,
    model: { name: "small", digest: "c".repeat(64) },
    uplink: { state: "connected", model: "large", backend: said.backend ?? "available", queueMs: 3 },
    budget: { bytesPerSecond: 1_000, burstBytes: 65_536, tokens: 0, spentBytes, elapsedMs },
    policy: said.policy ?? null,
    refused: said.refused ?? null,
    masks: said.masks,
    streams: [
      {
        name: "camera",
        state: "running",
        problem: null,
        width: 640,
        height: 360,
        fps: 10,
        frames,
        answered: frames - dropped,
        dropped: { superseded: dropped },
        offloads: {},
        sent: said.sent ?? 0,
        inFlight: 0,
        bytes: spentBytes,
        price: 0,
        agreement: said.agreement ?? { samples: 0, local: null, corrected: null },
      },
    ],
  });
}
