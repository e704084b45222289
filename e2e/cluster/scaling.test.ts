import { until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Load } from "../load.builder.ts";
import { isLacking, kubectl, patience, settled, why } from "./fleet.ts";
import { expectNoneLost, loadFromOutside } from "./outside.ts";
import { figure, query } from "./watch.ts";

const most = 3;
const needed = 'max(sluice_operator_backend_replicas_needed{backend="sluice/street"})';
const selector = ["-l", "app.kubernetes.io/name=sluice-inference"];
const patch = (kind: string, name: string, spec: object) =>
  kubectl("patch", kind, name, "--type=merge", "-p", JSON.stringify({ spec }));
const replicas = async (state: string) =>
  Number(await kubectl("get", "deploy", "street-inference", "-o", `jsonpath={.${state}}`));

let load: Load;

describe.skipIf(isLacking)(`a backend that KEDA scales on a real node${why}`, () => {
  beforeAll(async () => {
    await settled();
    // Cameras that ask for nothing leave the number of replicas to the load.
    await patch("olp", "trial", { decision: { policy: "never" }, audit: { share: "0" } });
    await patch("ib", "street", { scaling: { max: most, targetQueueDelay: "50ms", cooldown: "5s" } });
    load = await loadFromOutside(5_000);
  });
  afterAll(async () => {
    if (isLacking) return;
    await load?.[Symbol.asyncDispose]();
    await patch("olp", "trial", { decision: null, audit: { share: "0.25" } });
    await patch("ib", "street", { scaling: { max: 2, targetQueueDelay: null, cooldown: null } });
  });

  test("has one replica where nobody asks, by an autoscaler that can read what is needed", async () => {
    await kubectl("wait", "so/street-inference", "--for=condition=Ready", "--timeout=120s");
    await kubectl("wait", "hpa", "--all", "--for=condition=ScalingActive", "--timeout=120s");
    await until(async () => (await replicas("spec.replicas")) === 1, { ...patience, what: "one replica" });
    expect(await figure(needed)).toBeLessThanOrEqual(1);
  });

  test("gets as many pods as a load needs, and all of them answer", async () => {
    const grown = async () => {
      const now = (await figure(needed)) ?? 0;
      if (now <= most) load.rate = Math.min(60, (load.rate + 0.1) * 1.02);
      return now > most - 0.5 && (await replicas("status.readyReplicas")) === most;
    };
    await until(grown, { ...patience, what: `${most} pods` });
    const answering = async () =>
      (await query('sum by (pod) (sluice_inference_answered_total{transport="nats"}) > 0')).length >= most;
    await until(answering, { ...patience, what: "answers of all pods" });
    expect(load.outcomes.answered).toBeGreaterThan(0);
  });

  test("gives pods up when the load goes, and loses no request", async () => {
    load.rate = 0.1;
    const left = async () =>
      (await kubectl("get", "pods", ...selector, "-o", "name")).trim().split("\n").length === 1 &&
      (await replicas("spec.replicas")) === 1;
    await until(left, { ...patience, what: "a single pod" });
    await expectNoneLost(load);
  });
});
