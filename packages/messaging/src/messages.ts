import {
  backendSchema,
  decisionSchema,
  heartbeatSchema,
  leaseReportSchema,
  leaseSchema,
  resultSchema,
  termSchema,
} from "@sluice/contracts";
import { codec } from "./codec.ts";

/** What devices and replicas publish for others to consume: JSON text out, checked messages in. */
export const { encode: encodeResult, decode: decodeResult } = codec(resultSchema, "result");
export const { encode: encodeDecision, decode: decodeDecision } = codec(decisionSchema, "decision");
export const { encode: encodeHeartbeat, decode: decodeHeartbeat } = codec(heartbeatSchema, "heartbeat");
export const { encode: encodeBackend, decode: decodeBackend } = codec(backendSchema, "backend");
export const { encode: encodeLease, decode: decodeLease } = codec(leaseSchema, "lease");
export const { encode: encodeTerm, decode: decodeTerm } = codec(termSchema, "term");
export const { encode: encodeLeaseReport, decode: decodeLeaseReport } = codec(leaseReportSchema, "lease report");
