export {
  type Condition,
  type ConditionReason,
  type ConditionType,
  conditionReasons,
  conditionSchema,
  conditionTypes,
  policyAnnotations,
} from "./api/condition.ts";
export { crd, crdYaml, type KindName, kinds, openApi } from "./api/crd.ts";
export { type EdgeDevice, type EdgeDeviceSpec, type EdgeDeviceStatus, edgeDeviceSchema } from "./api/edge-device.ts";
export { type PolicyEvent, policyEvents } from "./api/event.ts";
export { type FleetBudget, type PeriodUnit, periodUnits } from "./api/fleet-budget.ts";
export { type Gate, type GateMetric, gateMeasures } from "./api/gate.ts";
export {
  type InferenceBackend,
  type InferenceBackendSpec,
  type InferenceBackendStatus,
  inferenceBackendSchema,
} from "./api/inference-backend.ts";
export {
  type Grant,
  type OffloadPolicy,
  type OffloadPolicySpec,
  offloadPolicySchema,
  offloadPolicySpecSchema,
  offloadSpecOf,
} from "./api/offload-policy.ts";
export { type OffloadPolicyStatus, type RolloutPhase, rolloutPhases } from "./api/policy-status.ts";
export { apiGroup, apiVersion, type Metadata, type Selector } from "./api/resource.ts";
export type { Rollout, Wave } from "./api/rollout.ts";
export { type OffloadSpec, offloadSchema, type PolicyName, policies, type Rung } from "./budget.ts";
export { type ConsoleConfig, consoleConfigSchema } from "./console-config.ts";
export { mappingSchema, readDocument, readDocuments, validate, writeDocument } from "./document.ts";
export {
  type EdgeConfig,
  edgeConfigSchema,
  type StreamConfig,
} from "./edge-config.ts";
export { brokerAccess, type Environment, environmentSchema } from "./environment.ts";
export { asSluiceError, type Consequence, catalogue, type ErrorCode, isErrorCode, SluiceError } from "./errors.ts";
export {
  type Backend,
  backendSchema,
  type DropReason,
  dropReasons,
  type Heartbeat,
  heartbeatSchema,
  type StreamReport,
} from "./heartbeat.ts";
export { type InferenceConfig, inferenceConfigSchema, type ServedModelConfig } from "./inference-config.ts";
export { type JsonSchema, jsonSchema } from "./json-schema.ts";
export {
  type Lease,
  type LeaseReport,
  leaseReportSchema,
  leaseSchema,
  type Term,
  termSchema,
  type Usage,
} from "./lease.ts";
export { limits } from "./limits.ts";
export type { MetricSpec } from "./metrics/spec.ts";
export { type MetricName, metrics } from "./metrics.ts";
export {
  type Family,
  families,
  type InferenceModel,
  type InferenceModelStatus,
  inferenceModelSchema,
  type ModelManifest,
  type ModelSpec,
  modelSchema,
} from "./model.ts";
export { nameSchema, versionOfWire } from "./names.ts";
export {
  type OffloadError,
  type OffloadReply,
  offloadErrorSchema,
  offloadHeaders,
  offloadReplySchema,
  type WireDetections,
} from "./offload.ts";
export { type OperatorConfig, operatorConfigSchema } from "./operator-config.ts";
export {
  heardPolicyDocumentSchema,
  type PolicyDocument,
  policyBucket,
  policyDocumentSchema,
  type ToldDocument,
  type ToldMasks,
  toldDocumentSchema,
  toldMasksSchema,
  type WrittenPolicyDocument,
} from "./policy-document.ts";
export { parsePolygon } from "./polygon.ts";
export {
  type Contender,
  contenders,
  type ReplaySummary,
  replayFormat,
  replaySummarySchema,
  replayVersion,
} from "./replay-summary.ts";
export {
  type DecisionMessage,
  decisionSchema,
  type Outcome,
  outcomes,
  type Reason,
  type Result,
  reasons,
  resultSchema,
} from "./results.ts";
export { leaseBucket, subjects } from "./subjects.ts";
export {
  type TraceHeader,
  type TraceRung,
  type TraceStream,
  traceFormat,
  traceHeaderSchema,
  traceVersion,
} from "./trace.ts";
export { fromWire, toWire } from "./wire-detections.ts";
export { wireSchemas } from "./wire-schemas.ts";
