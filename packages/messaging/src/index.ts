export { Bucket, type BucketOptions, type Entry, type Shelf } from "./bucket.ts";
export { Watch, type WatchHandlers, type WatchOptions } from "./bucket-watch.ts";
export type { Decoded } from "./codec.ts";
export { type Headers, publishedBytes } from "./framing.ts";
export type { Incoming } from "./incoming.ts";
export { KeyView, type KeyViewOptions } from "./key-view.ts";
export { connectLink, type Link, type LinkOptions, type LinkState, type SubscribeOptions } from "./link.ts";
export {
  decodeBackend,
  decodeDecision,
  decodeHeartbeat,
  decodeLeaseReport,
  decodeResult,
  encodeBackend,
  encodeDecision,
  encodeHeartbeat,
  encodeLeaseReport,
  encodeResult,
} from "./messages.ts";
export { OffloadClient, type OffloadClientOptions, type OffloadEnd } from "./offload-client.ts";
export type { OffloadRequest } from "./offload-request.ts";
export type { OffloadPriced, OffloadSend } from "./offload-wire.ts";
export { type ServeCounts, type Serving, serveModel } from "./serve-model.ts";
