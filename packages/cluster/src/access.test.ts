import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@sluice/testkit";
import { expect, test } from "vitest";
import { loadAccess } from "./access.ts";

const kubeconfig = (context: string) => `
apiVersion: v1
kind: Config
current-context: ${context}
clusters: [{ name: here, cluster: { server: "https://127.0.0.1:6443/", insecure-skip-tls-verify: true } }]
users: [{ name: ann, user: { token: t0ken } }]
contexts:
  - { name: site, context: { cluster: here, user: ann, namespace: cameras } }
  - { name: bare, context: { cluster: here, user: ann } }
`;

test("reads server, namespace and token from a kubeconfig, and keeps its connections", async () => {
  await using dir = tempDir();
  const path = join(dir.path, "config");
  writeFileSync(path, kubeconfig("site"));
  const access = loadAccess({ kubeconfig: path });
  expect([access.server, access.namespace]).toEqual(["https://127.0.0.1:6443", "cameras"]);
  const [one, two, watch] = [await access.request("call"), await access.request("call"), await access.request("watch")];
  expect(one.headers).toEqual({ Authorization: "Bearer t0ken" });
  expect(two.agent).toBe(one.agent);
  expect(watch.agent).not.toBe(one.agent);
  expect(loadAccess({ kubeconfig: path, context: "bare" }).namespace).toBe("default");
  access.close();
});

test("says which file or context is wrong", async () => {
  await using dir = tempDir();
  const path = join(dir.path, "config");
  expect(() => loadAccess({ kubeconfig: path })).toThrow(/kubeconfig .*config: ENOENT/);
  writeFileSync(path, kubeconfig("site"));
  expect(() => loadAccess({ kubeconfig: path, context: "sight" })).toThrow(
    'kubeconfig: context "sight" has no server; known are site, bare',
  );
  writeFileSync(path, "clusters: [{");
  expect(() => loadAccess({ kubeconfig: path })).toThrow(/kubeconfig .*config: /);
});
