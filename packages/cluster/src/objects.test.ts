import { type Kube as Server, startKube } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Applier, apply, type Desired } from "./apply.ts";
import { addFinalizer, createObject, deleteObject, dropFinalizer, readObject, writeStatus } from "./objects.ts";
import { controllerOf, ownerKeys, ownerReference } from "./owner.ts";
import { builtIn, type KubeObject } from "./resource.ts";
import { ensureRevision, revisionsOf, surplusRevisions } from "./revisions.ts";
import { type Client, client, configMaps, namespace, putMap } from "./setting.builder.ts";

interface Deployment extends KubeObject {
  readonly spec: { readonly replicas: number; readonly paused?: boolean };
  readonly status?: { readonly replicas?: number; readonly observedGeneration?: number };
}

const deployments = builtIn<Deployment>({
  apiVersion: "apps/v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
});

let server: Server;
let one: Client;
beforeAll(async () => {
  server = await startKube({ crds: false });
  one = client(server);
});
afterAll(async () => {
  await one?.[Symbol.asyncDispose]();
  await server?.stop();
});

const desired = (space: string, spec: object = {}): Desired => ({
  metadata: { name: "model", namespace: space, labels: { app: "model" } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "model" } },
    template: { metadata: { labels: { app: "model" } }, spec: { containers: [{ name: "m", image: "m:1" }] } },
    ...spec,
  },
});
const patches = () => one.tally.of("sluice_operator_api_requests_total", "PATCH", "200");
const read = (space: string) => readObject(one.kube, deployments, `${space}/model`);

describe("server-side apply", () => {
  test("says which field belongs to whom, and takes it over when told to", async () => {
    const space = await namespace(server, "conflict");
    await apply(one.kube, deployments, desired(space), { fieldManager: "sluice" });
    const scaled = ["scale", "deployment/model", "--replicas=7", "-n", space];
    expect((await server.kubectl(scaled)).code).toBe(0);
    const again = apply(one.kube, deployments, desired(space), { fieldManager: "sluice" });
    await expect(again).rejects.toMatchObject({ code: "field-conflict" });
    await expect(again).rejects.toThrow(
      /model: 1 field\(s\) belong to another manager\n {2}\.spec\.replicas: conflict with "kubectl"/,
    );
    const forced = await apply(one.kube, deployments, desired(space), { fieldManager: "sluice", force: true });
    expect(forced.spec.replicas).toBe(2);
  });

  test("a dry run writes nothing, and an invalid object says which fields are wrong", async () => {
    const space = await namespace(server, "invalid");
    await apply(one.kube, deployments, desired(space), { fieldManager: "sluice", dryRun: true });
    expect(await read(space)).toBeUndefined();
    const wrong = apply(one.kube, deployments, desired(space, { replicas: -1 }), { fieldManager: "sluice" });
    await expect(wrong).rejects.toMatchObject({ code: "object-invalid" });
    await expect(wrong).rejects.toThrow(/spec\.replicas: Invalid value: -1/);
  });

  test("an applier writes once, puts drift right, and takes out what is wanted no more", async () => {
    const space = await namespace(server, "drift");
    const applier = new Applier(one.kube, "sluice");
    const wanted = desired(space, { paused: true });
    expect(await applier.apply(deployments, wanted, undefined)).toBe(true);
    const written = patches();
    // The status changes all the time, and is nobody's drift.
    const path = `/apis/apps/v1/namespaces/${space}/deployments/model`;
    await server.request("PATCH", `${path}/status`, { status: { replicas: 1 } });
    expect(await applier.apply(deployments, wanted, await read(space))).toBe(false);
    expect(patches()).toBe(written);
    await server.request("PATCH", path, { spec: { replicas: 9 } });
    expect(await applier.apply(deployments, wanted, await read(space))).toBe(true);
    expect((await read(space))?.spec).toMatchObject({ replicas: 2, paused: true });
    await server.request("PATCH", path, { metadata: { labels: { app: "other" } } });
    expect(await applier.apply(deployments, wanted, await read(space))).toBe(true);
    expect((await read(space))?.metadata.labels).toEqual({ app: "model" });
    expect(await applier.apply(deployments, desired(space), await read(space))).toBe(true);
    expect((await read(space))?.spec.paused).toBeUndefined();
    await deleteObject(one.kube, deployments, (await read(space))!);
    expect(await applier.apply(deployments, desired(space), undefined)).toBe(true);
  });
});

describe("writes against a version", () => {
  test("a status is written when it differs, and never over a newer one", async () => {
    const space = await namespace(server, "status");
    const old = await apply(one.kube, deployments, desired(space), { fieldManager: "sluice" });
    expect(await writeStatus(one.kube, deployments, old, { replicas: 2 })).toMatch(/^\d+$/);
    const now = (await read(space))!;
    expect(now.status).toMatchObject({ replicas: 2 });
    const written = patches();
    expect(await writeStatus(one.kube, deployments, now, { replicas: 2 })).toBeUndefined();
    expect(patches()).toBe(written);
    await expect(writeStatus(one.kube, deployments, old, { replicas: 3 })).rejects.toMatchObject({
      code: "cluster-conflict",
    });
    expect(await writeStatus(one.kube, deployments, now, {})).toMatch(/^\d+$/);
    expect((await read(space))?.status?.replicas).toBeUndefined();
  });

  test("an object that took the place of another of the same name is not touched", async () => {
    const space = await namespace(server, "impostor");
    const old = await apply(one.kube, deployments, desired(space), { fieldManager: "sluice" });
    await deleteObject(one.kube, deployments, old);
    await apply(one.kube, deployments, desired(space), { fieldManager: "sluice" });
    await expect(writeStatus(one.kube, deployments, old, { replicas: 1 })).rejects.toMatchObject({
      code: "cluster-conflict",
    });
    await expect(deleteObject(one.kube, deployments, old)).rejects.toMatchObject({ code: "cluster-conflict" });
    expect(await read(space)).toBeDefined();
  });

  test("a finalizer keeps an object until it is dropped", async () => {
    const space = await namespace(server, "finalizer");
    await putMap(server, space, "map");
    const get = () => readObject(one.kube, configMaps, `${space}/map`);
    const name = "sluice.dev/test";
    expect(await addFinalizer(one.kube, configMaps, (await get())!, name)).toBe(true);
    expect(await addFinalizer(one.kube, configMaps, (await get())!, name)).toBe(false);
    await deleteObject(one.kube, configMaps, (await get())!);
    const dying = (await get())!;
    expect(dying.metadata.deletionTimestamp).toBeDefined();
    expect(await dropFinalizer(one.kube, configMaps, dying, name)).toBe(true);
    expect(await get()).toBeUndefined();
    expect(await dropFinalizer(one.kube, configMaps, dying, name)).toBe(false);
    expect(await deleteObject(one.kube, configMaps, dying)).toBe(false);
  });
});

test("owner references lead from what is owned back to its owner", async () => {
  const space = await namespace(server, "owner");
  await putMap(server, space, "owner");
  const owner = (await readObject(one.kube, configMaps, `${space}/owner`))!;
  const metadata = { name: "owned", namespace: space, ownerReferences: [ownerReference(configMaps, owner)] };
  const owned = await createObject(one.kube, configMaps, { metadata });
  expect(controllerOf(owned)?.uid).toBe(owner.metadata.uid);
  const orphan = { ...owned, metadata: { ...owned.metadata, ownerReferences: [] } };
  expect(ownerKeys(configMaps)({ key: "", before: owned, after: orphan })).toEqual([`${space}/owner`]);
  expect(ownerKeys(deployments)({ key: "", before: owned, after: owned })).toEqual([]);
});

test("revisions: one for each content, the newest is the one in force, old ones go", async () => {
  const space = await namespace(server, "revisions");
  await putMap(server, space, "policy");
  const owner = (await readObject(one.kube, configMaps, `${space}/policy`))!;
  const of = { kube: one.kube, resource: configMaps, owner, labels: { policy: "policy" } };
  const first = await ensureRevision(of, { rate: 1 }, []);
  // After a crash between writing and remembering.
  expect((await ensureRevision(of, { rate: 1 }, [])).metadata.uid).toBe(first.metadata.uid);
  const second = await ensureRevision(of, { rate: 2 }, [first]);
  expect([first.revision, second.revision]).toEqual([1, 2]);
  expect((await ensureRevision(of, { rate: 2 }, [first, second])).metadata.resourceVersion).toBe(
    second.metadata.resourceVersion,
  );
  const back = await ensureRevision(of, { rate: 1 }, [first, second]);
  expect([back.metadata.uid, back.revision, back.data]).toEqual([first.metadata.uid, 3, { rate: 1 }]);
  const history = revisionsOf(owner, [back, second]);
  expect(history.map(({ revision }) => revision)).toEqual([2, 3]);
  expect(surplusRevisions(history, 1, new Set())).toEqual([second]);
  expect(surplusRevisions(history, 1, new Set([second.metadata.name]))).toEqual([]);
});
