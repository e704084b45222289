import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Who may do what is RBAC's business: each component has a token in the group that Kubernetes made roles for. */
const users = {
  admin: { name: "admin", group: "system:masters" },
  controllerManager: { name: "system:kube-controller-manager", group: "system:kube-controller-manager" },
  scheduler: { name: "system:kube-scheduler", group: "system:kube-scheduler" },
  node: { name: "system:node:sluice", group: "system:nodes" },
  proxy: { name: "system:kube-proxy", group: "system:node-proxier" },
  names: { name: "sluice:coredns", group: "sluice:coredns" },
} as const;

/** Secrets made on the spot for one cluster, in files of its folder. */
export interface Identities {
  readonly tokens: Readonly<Record<keyof typeof users, string>>;
  readonly tokenFile: string;
  /** Key pair by which service accounts' tokens are signed and checked. */
  readonly signingKey: string;
  readonly signingPublicKey: string;
}

export function makeIdentities(folder: string): Identities {
  const names = Object.keys(users) as (keyof typeof users)[];
  const tokens = Object.fromEntries(names.map((name) => [name, randomBytes(16).toString("hex")]));
  const lines = names.map((name) => `${tokens[name]},${users[name].name},${name},${users[name].group}\n`);
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  return {
    tokens: tokens as Identities["tokens"],
    tokenFile: write("tokens.csv", lines.join("")),
    signingKey: write("signing.key", privateKey.export({ type: "pkcs8", format: "pem" }) as string),
    signingPublicKey: write("signing.pub", publicKey.export({ type: "spki", format: "pem" }) as string),
  };
}

/** Text of a kubeconfig with one user. JSON is YAML too. */
export function kubeconfigText(url: string, authority: string, token: string, namespace = "default"): string {
  const cluster = { server: url, "certificate-authority": authority };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "sluice", cluster }],
    users: [{ name: "user", user: { token } }],
    contexts: [{ name: "sluice", context: { cluster: "sluice", user: "user", namespace } }],
    "current-context": "sluice",
  });
}
