import { backendSchema, decisionSchema, heartbeatSchema, leaseReportSchema, resultSchema } from "@sluice/contracts";
import { codec } from "./codec.ts";

/** What devices and replicas publish for others to consume: JSON text out, checked messages in. */
export const { encode: encodeResult, decode: decodeResult } = codec(resultSchema, "result");
export const { encode: encodeDecision, decode: decodeDecision } = codec(decisionSchema, "decision");
export const { encode: encodeHeartbeat, decode: decodeHeartbeat } = codec(heartbeatSchema, "heartbeat");
export const { encode: encodeBackend, decode: decodeBackend } = codec(backendSchema, "backend");

export const { encode: encodeLeaseReport, decode: decodeLeaseReport } = codec(leaseReportSchema, "lease report");
