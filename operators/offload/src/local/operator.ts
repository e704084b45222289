import { randomUUID } from "node:crypto";
import { conditionOf } from "@sluice/cluster";
import type { Condition, Environment, OperatorConfig } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { createHttp, createLogger, createMetrics } from "@sluice/observability";
import { Desks } from "../budgets.ts";
import { openHearing } from "../hearing.ts";
import type { Operator } from "../operator.ts";
import { Chronicle } from "../policy/chronicle.ts";
import { Decided } from "../policy/decided.ts";
import { askPrometheus } from "../prometheus.ts";
import { seldom } from "../seldom.ts";
import { FileObjects } from "./objects.ts";
import { runLocal } from "./run.ts";

/** The operator without a cluster: policies, devices, models and backends come from files. */
export async function startLocalOperator(
  config: OperatorConfig & { files: NonNullable<OperatorConfig["files"]> },
  environment: Partial<Environment> = {},
  onNews: (text: string) => void = () => {},
  onStatus: (kind: string, name: string, status: object) => void = () => {},
): Promise<Operator> {
  const clock = systemClock;
  const prng = { next: Math.random };
  const logger = createLogger("operator", environment.SLUICE_LOG_LEVEL ?? "info");
  const metrics = createMetrics({ processMetrics: true });
  const onProblem = seldom(clock, (problem) => logger.warn({ code: problem.code }, problem.message));
  const stop = new AbortController();
  const { servers, replicas } = config.nats;
  const times = { clock, prng, metrics, replicas, onProblem };
  const objects = new FileObjects({
    ...times,
    paths: config.files.paths,
    stateFile: config.files.state,
    onNews: (policy, { reason, message }) => {
      logger.info({ policy, reason }, message);
      onNews(`${policy}: ${reason}: ${message}`);
    },
  });
  const hearing = await openHearing({ ...times, servers, name: "sluice-operator", environment, mayWrite: () => {} });
  const onDoubt = (device: string) => hearing.nudge.add(device);
  const budgets = new Desks({ ...times, link: hearing.link, operator: `local-${randomUUID()}`, onDoubt });
  const ready = () => ({ ok: hearing.link.connected, detail: { broker: hearing.link.connected } });
  const http = createHttp({ metrics, logger, ready });
  const url = await http.listen(config.http.host, config.http.port);
  const running = runLocal(
    {
      ...times,
      ...hearing,
      objects,
      budgets,
      ask: askPrometheus(config.prometheus),
      decided: new Decided(),
      chronicle: new Chronicle(),
      onStatus: (kind, name, status) => {
        logger.info({ kind, name, ...readyIn(status) }, "status");
        onStatus(kind, name, status);
      },
    },
    stop.signal,
  );
  const close = async () => {
    stop.abort();
    await running;
    await budgets.close();
    await http.close();
    await hearing.close();
  };
  return { url, close, ended: running.then(() => "ended" as const) };
}

function readyIn(status: object): object {
  const { conditions } = status as { conditions?: readonly Condition[] };
  const { status: ready, reason, message } = conditionOf(conditions, "Ready") ?? {};
  return { ready, reason, message };
}
