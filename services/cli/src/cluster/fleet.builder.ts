import { type Kube, startKube } from "@sluice/testkit";

const group = "/apis/sluice.dev/v1alpha1/namespaces/default";
export const plurals = { OffloadPolicy: "offloadpolicies", EdgeDevice: "edgedevices" } as const;
type Kind = keyof typeof plurals;

/** A real API server with objects as a test wants them, and statuses as an operator would write them. */
export class Fleet implements AsyncDisposable {
  readonly kube: Kube;

  private constructor(kube: Kube) {
    this.kube = kube;
  }

  static start = async (): Promise<Fleet> => new Fleet(await startKube());

  async create(kind: Kind, name: string, spec: object, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    const object = { apiVersion: "sluice.dev/v1alpha1", kind, metadata: { name, labels }, spec };
    await this.ask("POST", `${group}/${plurals[kind]}`, object);
  }

  async get(kind: Kind, name: string) {
    return (await this.ask("GET", `${group}/${plurals[kind]}/${name}`)).body;
  }

  async status(kind: Kind, name: string, status: object): Promise<void> {
    await this.ask("PATCH", `${group}/${plurals[kind]}/${name}/status`, { status });
  }

  async remove(kind: Kind, name: string): Promise<void> {
    await this.ask("DELETE", `${group}/${plurals[kind]}/${name}`);
  }

  async ask(method: string, path: string, body?: object) {
    const answer = await this.kube.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kube.stop();
  }
}

/** A condition as an operator writes it. */
export const condition = (type: string, status: "True" | "False" | "Unknown", reason: string, message = "") => ({
  type,
  status,
  reason,
  message,
  observedGeneration: 1,
  lastTransitionTime: "2026-01-01T00:00:00Z",
});
