import { canonicalJson } from "@sluice/cluster";
import {
  type EdgeDevice,
  type OffloadPolicySpec,
  offloadPolicySpecSchema,
  parsePolygon,
  versionOfWire,
  type WrittenPolicyDocument,
} from "@sluice/contracts";
import { Halt } from "../halt.ts";
import { type Model, named, nameOf, type Objects, type Policy } from "../ports.ts";
import type { Revision } from "./revision.ts";

/** What of a policy document is the same for all devices of the policy. */
export type Body = Omit<WrittenPolicyDocument, "device" | "masks" | "zones">;

/** What of a specification a device acts on. */
const acted = ["edgeModelRef", "backendRef", "decision", "focus", "payload", "delivery", "audit"] as const;

/** Whether devices would notice nothing between two revisions. What cannot be read is never the same. */
export function sameForDevices(a: Revision, b: Revision): boolean {
  const [left, right] = [a, b].map(({ written }) => offloadPolicySpecSchema.safeParse(written));
  if (!left?.success || !right?.success) return false;
  const part = (spec: OffloadPolicySpec) => canonicalJson(acted.map((key) => spec[key] ?? null));
  return part(left.data) === part(right.data);
}

/**
 * The document of a revision, with its references looked up now. Throws Halt, stalled, where it names what does not exist
 * or what cannot be read: then devices keep what they have.
 */
export function bodyOf(policy: Policy, revision: Revision, objects: Objects): Body {
  const spec = offloadPolicySpecSchema.safeParse(revision.written);
  if (!spec.success)
    throw Halt.stalled("Invalid", `${revision.name}: ${spec.error.issues[0]?.message ?? "unreadable"}`);
  const { backendRef, edgeModelRef } = spec.data;
  const { decision = {}, focus = {}, payload, delivery = {}, audit = {} } = revision.written as Partial<Body>;
  return {
    version: versionOfWire,
    policy: nameOf(policy),
    revision: revision.name,
    model: cloudModel(backendRef?.name, objects),
    edgeModel: edgeModelRef ? manifestOf(modelNamed(edgeModelRef.name, objects)) : null,
    decision,
    focus,
    payload,
    delivery,
    audit,
  };
}

/** The polygons of those of a device's zones that the policy focuses on, by stream; undefined where it has none. */
export function zonesFor({ focus }: Body, device: EdgeDevice | undefined): WrittenPolicyDocument["zones"] {
  const names = focus?.zones ?? [];
  if (names.length === 0) return undefined;
  const zones = (device?.spec.streams ?? []).map((stream) => {
    const focused = stream.zones.filter(({ name }) => names.includes(name));
    return [stream.name, focused.map(({ polygon }) => parsePolygon(polygon))] as const;
  });
  const some = zones.filter(([, polygons]) => polygons.length > 0);
  return some.length > 0 ? Object.fromEntries(some) : undefined;
}

/** The name by which the backend's model is asked for. */
function cloudModel(backendName: string | undefined, objects: Objects): string {
  const backend = backendName === undefined ? undefined : named(objects.backends, objects, backendName);
  if (!backend)
    throw Halt.stalled("BackendNotFound", `InferenceBackend ${backendName ?? "(not named)"} does not exist`);
  const { external, modelRef } = backend.spec;
  return external?.model ?? nameOf(modelNamed(modelRef.name, objects));
}

function modelNamed(name: string, objects: Objects): Model {
  const model = named(objects.models, objects, name);
  if (!model) throw Halt.stalled("ModelNotFound", `InferenceModel ${name} does not exist`);
  return model;
}

const manifestOf = ({ apiVersion, kind, metadata, written }: Model) =>
  ({ apiVersion, kind, metadata: { name: metadata.name }, spec: written }) as unknown as Body["edgeModel"];
