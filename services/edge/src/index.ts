export { loadEdgeConfig, loadEnvironment } from "./config.ts";
export type { EdgeOptions } from "./device.ts";
export { type Edge, startEdge } from "./edge.ts";
export { keepHeapSmall } from "./heap.ts";
