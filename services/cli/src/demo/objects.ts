import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { apiVersion, mappingSchema, readDocument } from "@sluice/contracts";
import { auditShare } from "./configs.ts";
import type { ModelFile, Plan } from "./plan.ts";

/** The backend of a demo, under the name that the samples' policies use. */
export const backendName = "street";

/**
 * Writes what the demo runs as objects that policies can select and name, and where nobody brings a policy one with the
 * demo's budget; returns their folder.
 */
export function writeObjects(plan: Plan, folder: string): string {
  const objects = join(folder, "objects");
  mkdirSync(objects, { recursive: true });
  const devices = plan.devices.map(({ name }) => object("EdgeDevice", name, {}, { site: "demo", place: name }));
  const backend = object("InferenceBackend", backendName, { modelRef: { name: nameOf(plan.cloudModel) } });
  const models = [plan.edgeModel, plan.cloudModel].map(modelObject);
  const policies = plan.policyFile === undefined ? [ownPolicy(plan)] : [];
  const text = [...models, backend, ...devices, ...policies].map((each) => JSON.stringify(each)).join("\n---\n");
  writeFileSync(join(objects, "demo.yaml"), text);
  return objects;
}

/** All cameras share the budget; each keeps a tenth of its share, so that a still scene is looked at now and then. */
const ownPolicy = ({ budget, bytesPerSecond, policy }: Plan): object =>
  object("OffloadPolicy", "demo", {
    backendRef: { name: backendName },
    budget: { rate: budget, floor: `${Math.floor(bytesPerSecond / 10)}B/s` },
    decision: { policy },
    audit: { share: auditShare },
  });

const object = (kind: string, name: string, spec: object, labels = {}) => ({
  apiVersion,
  kind,
  metadata: { name, labels },
  spec,
});

const nameOf = ({ manifest }: ModelFile): string => manifest.metadata.name;

/** As it was written, but with a file's whole path: a device reads it from another folder. */
function modelObject({ path, manifest }: ModelFile): object {
  const written = readDocument(readFileSync(path, "utf8"), mappingSchema, path, "manifest-invalid");
  const spec = written["spec"] as { uri: string };
  const uri = spec.uri.replace(/^file:(.*)$/, (_, file: string) => `file:${resolve(dirname(path), file)}`);
  return object("InferenceModel", manifest.metadata.name, { ...spec, uri });
}
