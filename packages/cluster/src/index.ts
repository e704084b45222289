export { type Access, type AccessOptions, loadAccess } from "./access.ts";
export { ApiError, alreadyExists, isConflict, isGone } from "./api-error.ts";
export { Applier, type ApplyOptions, apply, type Desired } from "./apply.ts";
export type { Call, Verb } from "./call.ts";
export { conditionOf, conditionsAfter, type Finding } from "./conditions.ts";
export { type ControllerOptions, runController, type Source, sourceOf } from "./controller.ts";
export { canonicalJson, mergePatch, sameJson } from "./equal.ts";
export type { Note } from "./event-series.ts";
export { Recorder, type RecorderOptions } from "./events.ts";
export type { Finalizer } from "./finalizing.ts";
export { type Kube, type KubeOptions, openKube } from "./kube.ts";
export { type LeaderOptions, lead, leaderTimes } from "./leader.ts";
export { listObjects, type Selection } from "./list-watch.ts";
export { type Meter, noMeter } from "./meter.ts";
export {
  addFinalizer,
  createObject,
  deleteObject,
  dropFinalizer,
  patchObject,
  readObject,
  writeStatus,
} from "./objects.ts";
export { type Conflict, type Deferred, type Outcome, outcomeOf, ready, stalled, waiting } from "./outcome.ts";
export { controllerOf, ownerKeys, ownerReference, ownKey } from "./owner.ts";
export { type Pace, paced } from "./paced.ts";
export { type RetryLimits, retryLimits } from "./rate-limit.ts";
export { Reflector, type ReflectorOptions } from "./reflector.ts";
export { type Conditioned, type Reconciled, statusAfter } from "./report.ts";
export {
  builtIn,
  type KubeObject,
  keyOf,
  type ObjectMeta,
  type OwnerReference,
  objectPath,
  type Resource,
  splitKey,
} from "./resource.ts";
export {
  type ControllerRevision,
  controllerRevisions,
  ensureRevision,
  type RevisionOf,
  revisionName,
  revisionsOf,
  surplusRevisions,
} from "./revisions.ts";
export { type Change, type Rejection, Store, type StoreView } from "./store.ts";
export type { Term } from "./term.ts";
export { TokenBuckets } from "./token-buckets.ts";
export { Workqueue, type WorkqueueOptions } from "./workqueue.ts";
