import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Kube, repoRoot, startKube } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

let kube: Kube;

/** A real API server, with a namespace that enforces the strictest Pod Security Standard. */
beforeAll(async () => {
  kube = await startKube();
  const restricted = Object.fromEntries(
    ["enforce", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
  );
  await kube.request("POST", "/api/v1/namespaces", { metadata: { name: "fleet", labels: restricted } });
  // Made by the controller manager otherwise, which does not run here.
  await kube.request("POST", "/api/v1/namespaces/fleet/serviceaccounts", { metadata: { name: "default" } });
});
afterAll(() => kube?.stop());

const sets: Record<string, string[]> = {
  "sluice with its defaults": ["sluice"],
  "sluice with devices, TLS and a load balancer": [
    "sluice",
    "--set=nats.devices={cam-a,cam-b},nats.tlsSecret=cert,nats.service.type=LoadBalancer,operator.prometheus=http://p:9090",
  ],
  "sluice with a broker of the user's own": ["sluice", "--set=nats.servers={tls://broker.example:4222}"],
  "sluice-edge with its sample": ["sluice-edge", "-f", join(repoRoot, "deploy/samples/charts/site-a.yaml")],
};

test.each(Object.entries(sets))(
  "%s: the API server takes every object as it is, restricted Pod Security included",
  async (_, [chart, ...values]) => {
    const words = [
      "template",
      "hub",
      join(repoRoot, "charts", chart!),
      "--namespace",
      "fleet",
      "--set",
      "crds.install=false",
    ];
    const flags = chart === "sluice" ? words : words.slice(0, -2);
    const input = execFileSync(join(repoRoot, ".sluice/bin/helm"), [...flags, ...values], { encoding: "utf8" });
    const checked = await kube.kubectl(["apply", "--dry-run=server", "--validate=strict", "-n", "fleet", "-f", "-"], {
      input,
    });
    expect(checked.stderr).toBe("");
    expect(checked.code).toBe(0);
  },
);
