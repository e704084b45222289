import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Kube, startKube } from "./kube.ts";

describe("startKube", () => {
  let kube: Kube;
  beforeAll(async () => {
    kube = await startKube({ controllerManager: true });
  });
  afterAll(() => kube?.stop());

  it("starts the version of Kubernetes that is pinned, with Sluice's kinds", async () => {
    const { body } = await kube.request("GET", "/version");
    expect(body.gitVersion).toMatch(/^v1\.34\./);
    const { stdout } = await kube.kubectl(["api-resources", "--api-group=sluice.dev", "-o", "name"]);
    expect(stdout.trim().split("\n")).toHaveLength(4);
  });

  it("runs controllers: what an owner leaves behind is collected", async () => {
    const owner = await create("owner");
    const { kind, apiVersion, metadata } = owner;
    await create("owned", [{ kind, apiVersion, name: "owner", uid: metadata.uid }]);
    await kube.request("DELETE", `${maps}/owner`);
    const waited = await kube.kubectl(["wait", "--for=delete", "configmap/owned", "--timeout=30s"]);
    expect(waited).toMatchObject({ code: 0 });
  });

  it("gives an account exactly its rights", async () => {
    const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }];
    const { kubeconfig } = await kube.account({ name: "reader", rules });
    expect(await kube.kubectl(["get", "configmaps"], { kubeconfig })).toMatchObject({ code: 0 });
    const refused = await kube.kubectl(["get", "secrets"], { kubeconfig });
    expect(refused.stderr).toContain('User "system:serviceaccount:default:reader" cannot list resource "secrets"');
  });

  it("says 410 Gone to a watch that goes on from before the API server's start", async () => {
    const { metadata } = await create("old");
    await create("newer");
    await kube.killServer();
    await kube.startServer();
    const { body } = await kube.request(
      "GET",
      `${maps}?watch=1&timeoutSeconds=5&resourceVersion=${metadata.resourceVersion}`,
    );
    expect(body).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } });
  });

  it("keeps its data when the API server is killed", async () => {
    await create("kept");
    await kube.killServer();
    await expect(kube.request("GET", "/readyz")).rejects.toThrow("ECONNREFUSED");
    await kube.startServer();
    expect(await kube.request("GET", `${maps}/kept`)).toMatchObject({ status: 200 });
  });

  const maps = "/api/v1/namespaces/default/configmaps";
  async function create(name: string, ownerReferences: object[] = []) {
    const { status, body } = await kube.request("POST", maps, { metadata: { name, ownerReferences } });
    expect(status).toBe(201);
    return { ...body, kind: "ConfigMap", apiVersion: "v1" };
  }
});

it("leaves nothing behind", async () => {
  const kube = await startKube({ crds: false });
  const folder = dirname(kube.kubeconfig);
  expect(existsSync(folder)).toBe(true);
  await kube.stop();
  expect(existsSync(folder)).toBe(false);
  await expect(kube.request("GET", "/readyz")).rejects.toThrow("ENOENT");
});
