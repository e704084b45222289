import { type Reconciled, ready } from "@sluice/cluster";
import type { InferenceBackend } from "@sluice/contracts";
import { endOf, Halt } from "../halt.ts";
import { type Model, named, nameOf, type Objects } from "../ports.ts";
import { lookAgainMs } from "./adverts.ts";
import { endpointOf } from "./manifests.ts";
import { probe } from "./probe.ts";

/** Looks at a backend: whether somebody else's service answers, or by `own` how our replicas do. */
export async function lookAt(
  backend: InferenceBackend,
  objects: Objects,
  own: (model: Model) => Promise<Reconciled>,
): Promise<Reconciled> {
  const model = named(objects.models, objects, backend.spec.modelRef.name);
  try {
    if (!model) throw Halt.stalled("ModelNotFound", `InferenceModel ${backend.spec.modelRef.name} does not exist`);
    return backend.spec.external ? await external(backend, model) : await own(model);
  } catch (error) {
    const outcome = endOf(error);
    if (outcome.kind === "conflict") throw error;
    return { outcome };
  }
}

async function external(backend: InferenceBackend, model: Model): Promise<Reconciled> {
  const { external: there } = backend.spec;
  const endpoint = endpointOf(backend);
  try {
    await probe(endpoint, there!.model ?? nameOf(model), there!.timeout);
  } catch (error) {
    const { message } = error as Error;
    return { outcome: { kind: "failed", reason: "Unreachable", message, leastMs: lookAgainMs }, status: { endpoint } };
  }
  return { outcome: ready("the endpoint serves the model", { afterMs: lookAgainMs }), status: { endpoint } };
}
