export { type Headers, publishedBytes } from "./framing.ts";
export type { Incoming } from "./incoming.ts";
export { connectLink, type Link, type LinkOptions, type LinkState, type SubscribeOptions } from "./link.ts";
