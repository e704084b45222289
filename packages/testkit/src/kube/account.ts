import type { KubeAnswer } from "./request.ts";

/** A rule of an RBAC role. */
export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface AccountOptions {
  readonly name: string;
  readonly namespace?: string;
  /** What it may do everywhere; nothing if not given, so that a test can bind roles of its own. */
  readonly rules?: readonly RoleRule[];
}

type Ask = (method: string, path: string, body?: unknown) => Promise<KubeAnswer>;

const rbac = "/apis/rbac.authorization.k8s.io/v1";

/** Makes a service account that may do what `rules` say and nothing else, and returns a token for it. */
export async function makeAccount(ask: Ask, { name, namespace = "default", rules = [] }: AccountOptions) {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await made(ask, accounts, { metadata: { name } });
  if (rules.length > 0) {
    await made(ask, `${rbac}/clusterroles`, { metadata: { name }, rules });
    await made(ask, `${rbac}/clusterrolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    });
  }
  const { body } = await made(ask, `${accounts}/${name}/token`, { spec: { expirationSeconds: 3_600 } });
  return body.status.token as string;
}

async function made(ask: Ask, path: string, object: object): Promise<KubeAnswer> {
  const answer = await ask("POST", path, object);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body?.message ?? answer.body}`);
  return answer;
}
