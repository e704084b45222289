import { expect } from "vitest";
import { Load } from "../load.builder.ts";
import { kubectl } from "./fleet.ts";

/** Requests of a device outside the cluster, which logs in with its own password at the port that the broker has on the node. */
export async function loadFromOutside(deadlineMs: number): Promise<Load> {
  const [address, port, password] = await Promise.all([
    kubectl("get", "node", "sluice", "-o", 'jsonpath={.status.addresses[?(@.type=="InternalIP")].address}'),
    kubectl("get", "service", "sluice-nats", "-o", "jsonpath={.spec.ports[0].nodePort}"),
    kubectl("get", "secret", "sluice-nats", "-o", "jsonpath={.data.load}"),
  ]);
  const token = Buffer.from(password, "base64").toString();
  return Load.start({ url: `nats://${address}:${port}`, model: "street-cloud", token, deadlineMs });
}

/** Ends with a word from the cloud, and reasons to refuse that are a load's and nobody's fault. */
const words = ["answered", "refused", "late"];
const reasons = ["overloaded", "expired"];

/**
 * Waits for the ends of all requests. Each must have got its word: an answer, or a refusal for what was ahead of it, which
 * on a slow machine happens whatever else does. Nobody found the cloud closed, and nothing ended without a word.
 */
export async function expectNoneLost(load: Load): Promise<void> {
  await load.finish();
  const others = [...Object.entries(load.outcomes), ...Object.entries(load.refusals)].filter(
    ([name]) => ![...words, ...reasons].includes(name),
  );
  expect([others, load.unsent]).toEqual([[], 0]);
  expect(load.outcomes.answered).toBeGreaterThan(0);
}
