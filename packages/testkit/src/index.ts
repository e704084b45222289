export { chromiumLaunch, chromiumReason } from "./chromium.ts";
export { type ColourOptions, colourModel, colourPreprocess } from "./colour-model.ts";
export type { AccountOptions, RoleRule } from "./kube/account.ts";
export { kedaFiles, kedaReason, prometheusFiles, prometheusOperatorFiles } from "./kube/binaries.ts";
export { type Fault, type FaultProxy, failTimes, startFaultProxy } from "./kube/fault-proxy.ts";
export { startKeda } from "./kube/keda.ts";
export { type Kube, type KubeOptions, startKube } from "./kube/kube.ts";
export { type Ran, runKubectl } from "./kube/kubectl.ts";
export type { KubeAnswer } from "./kube/request.ts";
export { type NatsOptions, type NatsServer, startNats } from "./nats-server.ts";
export { OneNode } from "./onenode/onenode.ts";
export { runInNode } from "./onenode/space.ts";
export { type Graph, type OnnxConstant, type OnnxNode, type OnnxValue, onnxFile } from "./onnx.ts";
export { repoRoot, sharedData, sharedDataReason, type TempDir, tempDir } from "./paths.ts";
export { type Prometheus, prometheusReason, promtool, type Sample, startPrometheus } from "./prometheus.ts";
export { type Relay, startRelay } from "./relay.ts";
export {
  type FixedPeak,
  type ManifestFields,
  nanModel,
  type PeaksOptions,
  peaksModel,
  writeModel,
} from "./test-models.ts";
export { until } from "./until.ts";
