import { type Change, ownerKeys, Reflector, type Resource, type Source, sourceOf } from "@sluice/cluster";
import { children } from "../backend/reconcile.ts";
import { asksTheSame } from "./changes.ts";
import type { ControllerDeps } from "./controllers.ts";
import { managedBy } from "./objects.ts";
import { backends } from "./resources.ts";

/** Somebody who insists on other fields is answered no more often than this. */
const gatherMs = 200;

/** What belongs to backends, as long as `signal` lets: each change of it by somebody else is looked at, and put right, at once. */
export interface Children {
  readonly sources: readonly Source[];
  run(signal: AbortSignal): Promise<unknown>;
}

/** `scaled`: whether KEDA is asked to scale them. */
export function childrenOf(deps: ControllerDeps, scaled: boolean): Children {
  const { scaledObject, ...always } = children;
  const resources: readonly Resource[] = [...Object.values(always), ...(scaled ? [scaledObject] : [])];
  const selection = { namespace: deps.objects.namespace, labelSelector: managedBy };
  const reflectors = resources.map(
    (resource) => new Reflector({ ...deps, resource, selection, optional: resource === scaledObject }),
  );
  return {
    sources: reflectors.map(sourceFrom),
    run: (signal) => Promise.all(reflectors.map((reflector) => reflector.run(signal))),
  };
}

/** Nobody waits for it: a kind that is not installed, such as KEDA's, holds nothing up. */
function sourceFrom(reflector: Reflector): Source {
  const owners = ownerKeys(backends);
  const counts = reflector.resource === children.deployment;
  const source = sourceOf(
    reflector,
    (change) => (counts || touches(change) ? owners(change) : []),
    () => gatherMs,
  );
  return { ...source, whenSynced: () => Promise.resolve() };
}

/** More than a status was written, as far as can be told: not every kind counts generations. */
const touches = ({ before, after }: Change): boolean =>
  after?.metadata.generation === undefined || !asksTheSame(before, after);
