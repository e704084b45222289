export { BatchCost } from "./batch-cost.ts";
export { BatchQueue, type Outlook, type Taken } from "./batch-queue.ts";
export type { Arrival } from "./waiting.ts";
