import { canonicalJson } from "@sluice/cluster";
import { masksOf } from "../device/masks.ts";
import { Halt } from "../halt.ts";
import { type Documents, named, type Objects, type Policy } from "../ports.ts";
import { type Body, bodyOf, zonesFor } from "./document.ts";
import type { Revision } from "./revision.ts";

/** Documents that are being written at once: many, since a busy process sees each answer only at its next turn. */
const writesAtOnce = 512;

/**
 * Tells every device what it should have, as far as it was told otherwise; returns how many were. `desired` names a
 * revision for each, or null, which takes the policy away from it.
 */
export async function publish(
  policy: Policy,
  desired: ReadonlyMap<string, string | null>,
  revisions: readonly Revision[],
  objects: Objects,
  documents: Documents,
): Promise<number> {
  const bodies = new Map(revisions.map((revision) => [revision.name, bodyNow(policy, revision, objects)]));
  const changes = [...desired].filter(([device, revision]) => differs(device, revision, bodies, documents));
  let next = 0;
  const writer = async () => {
    while (next < changes.length) await write(...changes[next++]!, bodies, documents);
  };
  await Promise.all(Array.from({ length: Math.min(writesAtOnce, changes.length) }, writer));
  return changes.length;
}

/** Writes a revision's document for one device. */
type Writer = (device: string) => string;
type Bodies = ReadonlyMap<string, Writer | null>;

/** Null where a reference of an older revision is gone: its devices keep what they have. */
function bodyNow(policy: Policy, revision: Revision, objects: Objects): Writer | null {
  try {
    return writerOf(bodyOf(policy, revision, objects), objects);
  } catch (error) {
    if (error instanceof Halt) return null;
    throw error;
  }
}

const [namePlace, masksPlace] = ['"device":""', '"masks":"",'] as const;

/** The text is the same for all devices but for name, masks and zones, and there may be ten thousand at every look. */
function writerOf(body: Body, objects: Objects): Writer {
  const text = canonicalJson({ ...body, device: "", masks: "" });
  // A manifest, which might hold such words too, lies between the two.
  const [nameAt, masksAt] = [text.indexOf(namePlace), text.lastIndexOf(masksPlace)];
  const head = text.slice(0, nameAt);
  const middle = text.slice(nameAt + namePlace.length, masksAt);
  const tail = text.slice(masksAt + masksPlace.length, -1);
  return (name) => {
    const device = named(objects.devices, objects, name);
    const zones = zonesFor(body, device);
    const masks = device ? `"masks":${canonicalJson(masksOf(device))},` : "";
    const last = zones ? `,"zones":${canonicalJson(zones)}` : "";
    return `${head}"device":${JSON.stringify(name)}${middle}${masks}${tail}${last}}`;
  };
}

function differs(device: string, revision: string | null, bodies: Bodies, documents: Documents): boolean {
  const told = documents.told(device);
  if (revision === null) return told !== null;
  const writer = bodies.get(revision);
  return writer ? told?.text !== writer(device) : false;
}

function write(device: string, revision: string | null, bodies: Bodies, documents: Documents): Promise<void> {
  if (revision === null) return documents.remove(device);
  return documents.put(device, bodies.get(revision)!(device));
}
