import type { Deferred, Source } from "@sluice/cluster";
import type { Nudge } from "../nudge.ts";
import type { KubeObjects } from "./objects.ts";

/** A look at a whole fleet costs some ten microseconds a device; a tenth of a processor may go into such looks. */
const gatherMsPerDevice = 0.1;

/** How long what concerns the whole fleet is gathered before somebody looks at all of it: longer, the larger it is. */
export const gatherMs = ({ devices }: KubeObjects): number => gatherMsPerDevice * devices.size;

/** News of devices, for whoever counts all of them. */
export const heardOf = (objects: KubeObjects, nudge: Nudge, keys: () => string[]): Source => ({
  whenSynced: () => Promise.resolve(),
  subscribe: (enqueue) => nudge.subscribe(() => keys().forEach((key) => enqueue(key, gatherMs(objects)))),
});

/**
 * While devices had no time yet to be heard, as after a start or without a broker, what an earlier operator wrote of them
 * stays as it is: it would be written twice for every device, and the first time it would not be true.
 */
export const unheard: { readonly outcome: Deferred } = { outcome: { kind: "deferred", afterMs: 2_000 } };
