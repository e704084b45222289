import { isSilent } from "./reduce.ts";
import type { Device, Fleet, Stream } from "./state.ts";

/** `bad`: answers are missing. `warn`: answers are worse than they could be. */
export interface Condition {
  readonly level: "bad" | "warn";
  readonly code: "silent" | "stream" | "ended" | "twin" | "cut-off" | "no-cloud" | "no-replies" | "spent";
  readonly text: string;
}

/** So many of the last decisions must have fallen for one reason before it is said of the stream. */
const prevailingRule = { decisions: 20, share: 0.5 } as const;
const twinShownMs = 10_000;

/** What is wrong with a stream now, worst first; empty when all is well. */
export function conditionsOf(fleet: Fleet, device: Device, stream: Stream, nowMs: number): Condition[] {
  if (isSilent(fleet, device, nowMs)) return [{ level: "bad", code: "silent", text: silenceText(device, nowMs) }];
  const found = [
    sourceCondition(stream),
    twinCondition(device, nowMs),
    cloudCondition(device),
    decisionCondition(stream),
  ];
  return found.filter((c) => c !== null).toSorted((a, b) => Number(b.level === "bad") - Number(a.level === "bad"));
}

function silenceText(device: Device, nowMs: number): string {
  const seconds = Math.round((nowMs - device.seenAtMs) / 1000);
  return `No sign of life for ${seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`}`;
}

function sourceCondition({ report }: Stream): Condition | null {
  const problem = report.problem ?? "";
  if (report.state === "stalled" || report.state === "retrying") {
    const what = report.state === "stalled" ? "The source went silent" : "Reopening the source";
    return { level: "bad", code: "stream", text: problem ? `${what}: ${problem}` : what };
  }
  if (report.state !== "ended") return null;
  return { level: "warn", code: "ended", text: problem ? `The source ended: ${problem}` : "The source ended" };
}

function twinCondition(device: Device, nowMs: number): Condition | null {
  if (device.twinAtMs === null || nowMs - device.twinAtMs > twinShownMs) return null;
  return { level: "warn", code: "twin", text: "Two processes report under this device's name" };
}

function cloudCondition({ heartbeat: { uplink } }: Device): Condition | null {
  const alone = "answers are the edge's own and carried corrections";
  if (uplink.state === "disconnected") return { level: "warn", code: "cut-off", text: `Working alone: ${alone}` };
  if (uplink.backend !== "silent") return null;
  return { level: "warn", code: "no-cloud", text: `No replica serves ${uplink.model}: ${alone}` };
}

/** What it means if most of the last decisions fell for one reason. */
const prevailing = {
  budget: { code: "spent", text: "Budget spent: frames that are worth sending wait for bytes" },
  silent: { code: "no-replies", text: "The cloud does not answer: only probes are sent" },
  late: { code: "no-replies", text: "The cloud answers too late: frames are not worth sending" },
} as const;

function decisionCondition(stream: Stream): Condition | null {
  const recent = stream.decisions.slice(-prevailingRule.decisions);
  if (recent.length < prevailingRule.decisions) return null;
  for (const [reason, { code, text }] of Object.entries(prevailing)) {
    const share = recent.filter((d) => d.reason === reason).length / recent.length;
    if (share >= prevailingRule.share) return { level: "warn", code, text };
  }
  return null;
}
