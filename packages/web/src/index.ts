export { type Asset, type PageName, webAssets } from "./assets.ts";
export {
  applyBackend,
  applyDecision,
  applyHeartbeat,
  applyResult,
  type Fate,
  forget,
  setBroker,
} from "./fleet/reduce.ts";
export { emptyFleet, type Fleet, type Snapshot, snapshotOf } from "./fleet/state.ts";
