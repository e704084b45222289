import type { OffloadPolicy, Selector } from "@sluice/contracts";
import { selects } from "@sluice/rollout";
import { type Check, error, type Finding, type World, warning, where } from "./finding.ts";

const nameOf = (object: { readonly metadata: { readonly name: string } }): string => object.metadata.name;

/** Names of things that do not exist, and selectors that match nothing. */
export const checkReferences: Check = (policy, world) => [
  ...supply(policy, world),
  ...devicesOf(policy, world),
  ...focus(policy, world),
  ...[...requirements(policy)].flatMap(([at, selector]) => expressions(at, selector)),
];

function supply(policy: OffloadPolicy, world: World): Finding[] {
  const [{ spec }, { backends, models }] = [policy, world];
  const large = modelOf(policy, world);
  const small = models.find((known) => nameOf(known) === spec.edgeModelRef?.name);
  const backend = spec.backendRef?.name;
  const edge = spec.edgeModelRef?.name;
  return where(
    [backend === undefined, error("backendRef", "is missing: name the InferenceBackend that answers")],
    [
      backend !== undefined && backends.length > 0 && !backends.some((known) => nameOf(known) === backend),
      error("backendRef", `there is no InferenceBackend ${backend}`),
    ],
    [
      edge !== undefined && models.length > 0 && !models.some((known) => nameOf(known) === edge),
      error("edgeModelRef", `there is no InferenceModel ${edge}`),
    ],
    [
      small !== undefined && large !== undefined && small.spec.task !== large.spec.task,
      error(
        "edgeModelRef",
        `${edge} does ${small?.spec.task}, the backend's ${large?.spec.task}: none corrects the other`,
      ),
    ],
  );
}

const modelOf = ({ spec }: OffloadPolicy, { backends, models }: World) => {
  const backend = backends.find((each) => nameOf(each) === spec.backendRef?.name);
  return models.find((each) => nameOf(each) === backend?.spec.modelRef.name);
};

const selected = ({ spec }: OffloadPolicy, { devices }: World) =>
  devices.filter(({ metadata }) => selects(spec.selector, metadata.labels ?? {}));

function devicesOf(policy: OffloadPolicy, world: World): Finding[] {
  if (world.devices.length === 0) return [];
  const mine = selected(policy, world);
  if (mine.length === 0) return [warning("selector", "matches no EdgeDevice")];
  const rivals = world.policies.filter(
    (other) =>
      nameOf(other) !== nameOf(policy) &&
      other.spec.priority === policy.spec.priority &&
      mine.some(({ metadata }) => selects(other.spec.selector, metadata.labels ?? {})),
  );
  return rivals.map((rival) =>
    warning("priority", `${nameOf(rival)} selects some of the same devices at the same priority: the older one wins`),
  );
}

function focus(policy: OffloadPolicy, world: World): Finding[] {
  const { classes, zones } = policy.spec.focus;
  const known = new Set(
    selected(policy, world).flatMap(({ spec }) => spec.streams.flatMap((s) => s.zones.map((z) => z.name))),
  );
  const hasDevices = selected(policy, world).length > 0;
  const model = modelOf(policy, world);
  return [
    ...zones
      .filter((zone) => hasDevices && !known.has(zone))
      .map((zone) => error("focus.zones", `no stream of the policy's devices has a zone ${zone}`)),
    ...classes
      .filter((name) => model && !model.spec.classes.includes(name))
      .map((name) => error("focus.classes", `the backend's model ${nameOf(model!)} knows no class ${name}`)),
  ];
}

function* requirements({ spec }: OffloadPolicy): Generator<[string, Selector]> {
  yield ["selector", spec.selector];
  for (const { name, selector } of spec.budget.weights) yield [`budget.weights[${name}].selector`, selector];
  for (const { name, selector } of spec.rollout.waves)
    if (selector) yield [`rollout.waves[${name}].selector`, selector];
}

function expressions(at: string, { matchExpressions = [] }: Selector): Finding[] {
  return matchExpressions.flatMap(({ key, operator, values = [] }) => {
    const takesValues = operator === "In" || operator === "NotIn";
    return where(
      [takesValues && values.length === 0, error(at, `${key}: ${operator} needs values`)],
      [!takesValues && values.length > 0, error(at, `${key}: ${operator} takes no values`)],
    );
  });
}
