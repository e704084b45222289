import { lead, loadAccess, openKube, Recorder, type Term } from "@sluice/cluster";
import { type Environment, type OperatorConfig, SluiceError } from "@sluice/contracts";
import { type Clock, type Prng, systemClock } from "@sluice/foundation";
import { createHttp, createLogger, createMetrics, type Metrics } from "@sluice/observability";
import type { Site } from "./backend/manifests.ts";
import { Desks } from "./budgets.ts";
import { openHearing } from "./hearing.ts";
import { type ControllerDeps, runDevices, runPolicies, runSweeps } from "./kube/controllers.ts";
import { runFigures } from "./kube/figures.ts";
import { KubeObjects } from "./kube/objects.ts";
import { runBackends, runModels } from "./kube/supply.ts";
import { Chronicle } from "./policy/chronicle.ts";
import { Decided } from "./policy/decided.ts";
import { askPrometheus } from "./prometheus.ts";
import { seldom } from "./seldom.ts";

/** Name of the leader's lease, of the operator in logs and events, and of its connections. */
export const operatorName = "sluice-operator";

export interface OperatorDeps {
  readonly environment?: Partial<Environment>;
  readonly clock?: Clock;
  readonly prng?: Prng;
  /** Different for each process that ever runs. */
  readonly identity: string;
}

type Deps = ControllerDeps & { readonly site: Site; readonly metrics: Metrics };

export interface Operator {
  readonly url: string;
  /** Ends in order: what is under way finishes, and another replica may lead at once. */
  close(): Promise<void>;
  /** `lost`: somebody else may lead, so the process must end at once. */
  readonly ended: Promise<"ended" | "lost">;
}

/** Starts one replica: it keeps its stores warm, waits for the lease, and reconciles while it leads. */
export async function startOperator(config: OperatorConfig, deps: OperatorDeps): Promise<Operator> {
  const { environment = {}, clock = systemClock, prng = { next: Math.random }, identity } = deps;
  const logger = createLogger("operator", environment.SLUICE_LOG_LEVEL ?? "info");
  const metrics = createMetrics({ processMetrics: true });
  const onProblem = seldom(clock, (problem) => logger.warn({ code: problem.code }, problem.message));
  const stop = new AbortController();
  const mandate = new LeadersOnly();
  const times = { clock, prng, meter: metrics, metrics };

  const access = loadAccess({ kubeconfig: config.kubeconfig, context: config.context });
  const namespace = config.namespace ?? access.namespace;
  const asking = openKube({ ...times, access, agent: operatorName });
  const kube = openKube({ ...times, access, agent: operatorName, mayWrite: mandate.mustHold });
  const recorder = new Recorder({ ...times, kube, component: operatorName, instance: identity });
  const objects = new KubeObjects({ ...times, kube, namespace, recorder, onProblem });
  const { servers, replicas } = config.nats;
  const { mustHold: mayWrite } = mandate;
  const hearing = await openHearing({
    ...times,
    servers,
    replicas,
    name: operatorName,
    environment,
    mayWrite,
    onProblem,
  });
  const parts: Omit<Deps, "budgets"> = {
    ...times,
    ...hearing,
    objects,
    site: { servers, image: config.image, prometheus: config.prometheus },
    kube,
    recorder,
    ask: askPrometheus(config.prometheus),
    decided: new Decided(),
    chronicle: new Chronicle(),
    onProblem,
    onOutcome: (key, outcome) => logger.debug({ key, ...outcome }, "reconciled"),
  };

  const http = createHttp({ metrics, logger, ready: () => readiness(objects, hearing.link.connected) });
  const url = await http.listen(config.http.host, config.http.port);
  const reflecting = objects.run(stop.signal);
  const candidacy = { ...times, kube: asking, namespace, name: operatorName, identity, onProblem };
  const ended = lead(candidacy, stop.signal, async (term) => {
    mandate.begin(term);
    logger.info({ term: term.number, namespace }, "leading");
    const onDoubt = (device: string) => hearing.nudge.add(device);
    const budgets = new Desks({ ...times, link: hearing.link, replicas, operator: identity, onProblem, onDoubt });
    try {
      await reconcile({ ...parts, budgets }, term);
    } finally {
      await budgets.close();
    }
  });
  logger.info({ url, namespace }, "ready to lead");
  const close = async () => {
    stop.abort();
    await ended;
    await reflecting;
    await http.close();
    await hearing.close();
    asking.close();
  };
  return { url, close, ended };
}

/** Every controller, for one term of leading. */
async function reconcile(deps: Deps, { signal }: Term): Promise<void> {
  const controllers = [runPolicies, runDevices, runModels, runBackends, runFigures, runSweeps];
  await Promise.all([...controllers.map((run) => run(deps, signal)), deps.recorder.run(signal)]);
}

function readiness(objects: KubeObjects, broker: boolean): { ok: boolean; detail: Record<string, unknown> } {
  return { ok: broker && objects.complete, detail: { broker, objects: objects.complete } };
}

/** Lets nobody write but who leads. */
class LeadersOnly {
  #term: Term | undefined;

  begin(term: Term): void {
    this.#term = term;
  }

  readonly mustHold = (): void => {
    if (!this.#term) throw new SluiceError("not-leader", "this replica does not lead");
    this.#term.mustHold();
  };
}
