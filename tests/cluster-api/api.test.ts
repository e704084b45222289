import { type KindName, kinds } from "@sluice/contracts";
import { type Kube, startKube } from "@sluice/testkit";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badChanges, badObjects } from "./bad-objects.ts";
import { type Changes, filledIn, objectOf } from "./objects.ts";
import { differs, oddities, paths } from "./oddities.ts";

/** The kinds of Sluice on a real API server, beside the schemas that the programs use. */
let kube: Kube;
beforeAll(async () => {
  kube = await startKube();
});
afterAll(() => kube?.stop());

const names = Object.keys(kinds) as KindName[];
const pathOf = (kind: KindName) => `/apis/sluice.dev/v1alpha1/namespaces/default/${kinds[kind].plural}`;
const dryRun = "?dryRun=All&fieldValidation=Strict";
const create = (kind: KindName, name: string, changes: Changes = {}, query = "?fieldValidation=Strict") =>
  kube.request("POST", `${pathOf(kind)}${query}`, objectOf(kind, name, changes));

async function created(...args: Parameters<typeof create>) {
  const { body } = await create(...args);
  expect(body).toMatchObject({ kind: args[0] });
  return body;
}

test.each(names)("%s is established, and its schema is structural", async (kind) => {
  const { body } = await kube.request(
    "GET",
    `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${kinds[kind].plural}.sluice.dev`,
  );
  const states = Object.fromEntries(
    body.status.conditions.map((c: { type: string; status: string }) => [c.type, c.status]),
  );
  expect(states).toMatchObject({ Established: "True", NamesAccepted: "True" });
  expect(states["NonStructuralSchema"]).toBeUndefined();
});

test.each(names)("a sound %s is taken by both, and defaults are the same", async (kind) => {
  const body = await created(kind, "sound", {}, dryRun);
  expect(body.spec).toMatchObject(filledIn[kind]);
  const here = kinds[kind].schema.parse(objectOf(kind, "sound"));
  expect(kinds[kind].schema.parse(body).spec).toEqual(here.spec);
});

test("what is not written at all has its defaults too", async () => {
  const unwritten = { budget: undefined, gate: undefined, rollout: undefined };
  const { spec } = await created("OffloadPolicy", "sound", unwritten, dryRun);
  expect(spec).toMatchObject({ budget: { rate: "200kbit/s" }, gate: { metrics: [] }, rollout: { waves: [] } });
  expect((await created("EdgeDevice", "sound", { streams: undefined }, dryRun)).spec).toMatchObject({ streams: [] });
});

describe("bad objects", () => {
  test.each(badObjects)("$kind $changes: $message", async ({ kind, changes, field, message, here = message }) => {
    const { body } = await create(kind, "bad", changes, dryRun);
    expect(body).toMatchObject({ kind: "Status", status: "Failure" });
    expect(body.message).toContain(field);
    expect(body.message).toContain(message);
    const issues = kinds[kind].schema.safeParse(objectOf(kind, "bad", changes)).error?.issues ?? [];
    const found = issues.map((issue) => issue.message);
    expect(here === null ? found : found.filter((text) => text.includes(here))).toHaveLength(here === null ? 0 : 1);
  });

  test("a name that is no NATS token is refused", async () => {
    const { body } = await create("EdgeDevice", "north.gate", {}, dryRun);
    expect(body.message).toContain("metadata.name: use 1 to 63 lower-case letters");
  });
});

test("the API server and the schema agree on 500 objects that are odd in one place", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.constantFrom(...oddities), async ([kind, path], value) => {
      fc.pre(!differs(kind, path, value));
      const object = objectOf(kind, "odd", { [path]: value });
      const { status, body } = await create(kind, "odd", { [path]: value }, dryRun);
      const here = kinds[kind].schema.safeParse(object);
      expect({ taken: status < 300, why: body.message }).toMatchObject({ taken: here.success });
    }),
    { numRuns: 500, seed: 1, endOnFailure: true },
  );
});

test.each(badChanges)("%s %j → %j: %s %s", async (kind, before, after, field, message) => {
  const name = `change-${badChanges.findIndex((change) => change[2] === after)}`;
  const body = await created(kind, name, before);
  const object = { ...body, spec: objectOf(kind, name, { ...before, ...after }).spec };
  const refused = await kube.request("PUT", `${pathOf(kind)}/${name}`, object);
  expect(refused.status).toBe(422);
  expect(refused.body.message).toContain(`${field}: Invalid value`);
  expect(refused.body.message).toContain(message);
  const other = { ...body, metadata: { ...body.metadata, labels: { moved: "yes" } } };
  expect(await kube.request("PUT", `${pathOf(kind)}/${name}`, other)).toMatchObject({ status: 200 });
});

test.each(names)("the status of a %s is changed by its own subresource alone", async (kind) => {
  const { body } = await create(kind, "with-status");
  const status = { observedGeneration: 1 };
  const path = `${pathOf(kind)}/with-status`;
  expect((await kube.request("PATCH", path, { status })).body.status).toBeUndefined();
  const patched = await kube.request("PATCH", `${path}/status`, { status, spec: { weight: "9", priority: 9 } });
  expect(patched.body.status).toEqual(status);
  expect(patched.body.spec).toEqual(body.spec);
  expect(patched.body.metadata.generation).toBe(1);
});

const condition = { type: "Ready", status: "True", reason: "Succeeded", message: "" };
test.each([
  [{ status: "Maybe" }, 'Unsupported value: "Maybe"'],
  [{ reason: "no reason" }, "write it in CamelCase"],
  [{ lastTransitionTime: "yesterday" }, "must be of type date-time"],
])("a condition with %j is refused", async (fault, message) => {
  await create("OffloadPolicy", "bad-status");
  const conditions = [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z", ...fault }];
  const path = `${pathOf("OffloadPolicy")}/bad-status/status`;
  const { status, body } = await kube.request("PATCH", path, { status: { conditions } });
  expect(status).toBe(422);
  expect(body.message).toContain(message);
});
