import type { Documents, Objects } from "../ports.ts";
import { claims } from "./select.ts";

/**
 * Takes documents away from devices that no policy has: they left it, or one of the two is gone. A policy that exists but
 * cannot be read now keeps its devices. Returns how many there were.
 */
export async function sweep(objects: Objects, documents: Documents): Promise<number> {
  if (!objects.complete || !documents.ready) return 0;
  const { owners } = claims(objects);
  const strays = [...documents.devices()].filter((device) => {
    const policy = documents.told(device)?.policy;
    const unreadable = policy !== undefined && objects.policies.rejection(`${objects.namespace}/${policy}`);
    return !owners.has(device) && !unreadable;
  });
  for (const device of strays) await documents.remove(device);
  return strays.length;
}
