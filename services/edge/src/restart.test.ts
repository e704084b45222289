import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EdgeConfig, modelSchema, readDocument, subjects } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import type { OffloadRequest } from "@sluice/messaging";
import { identityOf } from "@sluice/models";
import { createLogger, createMetrics } from "@sluice/observability";
import { startNats, until } from "@sluice/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildSite, configOf, goodReply, neighbours, type Site, startDevice } from "./edge.builder.ts";
import type { Edge } from "./edge.ts";
import { State } from "./state/state.ts";

let site: Site;
beforeEach(async () => {
  site = await buildSite();
});
afterEach(() => site[Symbol.asyncDispose]());

const main = (edge: Edge) => edge.report().streams[0]!;
const folder = () => join(site.dir.path, "state");
const withState = (url: string): EdgeConfig => ({
  // Many audits, so that agreement is soon known.
  ...configOf(site, url, { offload: { audit: { share: "0.5" } } }),
  state: folder(),
});
const metricsOf = async (edge: Edge) => (await fetch(`${edge.url}/metrics`)).text();
const readiness = async (edge: Edge) => (await (await fetch(`${edge.url}/readyz`)).json()) as { state: string };

function expectWithinBudget(edge: Edge): void {
  const { spentBytes, bytesPerSecond, elapsedMs } = edge.report().budget;
  expect(spentBytes).toBeLessThanOrEqual((bytesPerSecond * elapsedMs) / 1_000);
}

/** Lets a device run until the cloud has taught it something worth keeping, and ends it. */
async function educated(config: EdgeConfig) {
  const edge = await startDevice(config);
  await until(() => main(edge).agreement.corrected !== null, { timeoutMs: 60_000 });
  expectWithinBudget(edge);
  await edge.close();
  return main(edge);
}

it("goes on where it ended: agreement, beliefs and price", async () => {
  await using nats = await startNats();
  await using heard = await neighbours(nats, (request) => request.answer(goodReply(request)));
  const config = withState(nats.url);
  const before = await educated(config);
  const firstEver = heard.decisions[0]!;
  const second = await startDevice(config);
  await until(() => main(second).answered > 0);
  const { agreement } = main(second);
  expect(agreement.samples).toBeGreaterThanOrEqual(before.agreement.samples);
  expect(agreement.correctedHalfWidth).toBeGreaterThan(0);
  expect(await readiness(second)).toMatchObject({ state: "durable" });
  const first = await until(() =>
    heard.decisions.find((d) => d.capturedAtMs > firstEver.capturedAtMs && d.frame === 0),
  );
  expect(first.price).not.toBeCloseTo(firstEver.price, 8);
  // The same picture, before anything was asked: what the cloud said in the first run still counts in the second.
  const [early, late] = heard.results.filter((r) => r.kind === "local" && r.frame === 0);
  expect(late!.answer.boxes[0]?.[4]).not.toBeCloseTo(early!.answer.boxes[0]?.[4] ?? 0, 3);
  expectWithinBudget(second);
  await second.close();
});

it("goes on with the way to the cloud as it was: one that is too slow is not tried first", async () => {
  await using nats = await startNats();
  const held: OffloadRequest[] = [];
  await using heard = await neighbours(nats, (request) => held.push(request));
  // Answers come ten frames, 400 ms, after they were asked for.
  heard.link.subscribe(subjects.resultAll(), {}, () => {
    const [oldest] = held;
    if (oldest && heard.results.at(-1)!.frame >= oldest.frame + 10) held.shift()!.answer(goodReply(oldest));
  });
  const offload = { decision: { policy: "always" }, delivery: { deadline: "200ms" } };
  const config = { ...configOf(site, nats.url, { offload }), state: folder() };
  const first = await startDevice(config);
  await until(() => heard.decisions.some(({ reason }) => reason === "late"), { timeoutMs: 30_000 });
  await first.close();
  const known = heard.decisions.length;
  const second = await startDevice(config);
  const tried = await until(() => heard.decisions.slice(known).find(({ reason }) => reason !== "disconnected"));
  expect(tried.reason).toBe("late");
  await second.close();
});

it("begins another agreement under another policy, with all else that it learned", async () => {
  await using nats = await startNats();
  await using heard = await neighbours(nats, (request) => request.answer(goodReply(request)));
  const config = withState(nats.url);
  const before = await educated(config);
  const firstEver = heard.decisions[0]!;
  const budget = { ...config.offload.budget, rate: 10_000 };
  const richer = await startDevice({ ...config, offload: { ...config.offload, budget } });
  await until(() => main(richer).answered > 0);
  expect(main(richer).agreement.samples).toBeGreaterThanOrEqual(before.agreement.samples);
  await richer.close();
  const decision = { ...config.offload.decision, policy: "never" as const };
  const other = await startDevice({ ...config, offload: { ...config.offload, decision } });
  await until(() => main(other).answered > 0);
  expect(main(other).agreement.samples).toBe(0);
  expect(heard.decisions.at(-1)!.price).not.toBeCloseTo(firstEver.price, 8);
  await other.close();
});

it("begins anew, and says so, where its state was damaged", async () => {
  await using nats = await startNats();
  await using _ = await neighbours(nats, (request) => request.answer(goodReply(request)));
  const config = withState(nats.url);
  await educated(config);
  writeFileSync(join(folder(), "state.db"), "not what it was".repeat(1_000));
  const edge = await startDevice(config);
  await until(() => main(edge).answered > 0);
  expect(main(edge).agreement.samples).toBeLessThan(5);
  expect(await metricsOf(edge)).toContain("sluice_edge_state_aside_total 1");
  await edge.close();
});

it("is not harmed by documents of strangers, however well they are sealed", async () => {
  await using nats = await startNats();
  await using _ = await neighbours(nats, (request) => request.answer(goodReply(request)));
  const logger = createLogger("stranger", "silent");
  const strange = await State.open({ directory: folder(), clock: systemClock, logger, metrics: createMetrics() });
  const any = { version: 1, parse: (value: unknown) => value };
  strange.save("price", any, { goingRate: -1 });
  strange.save("road", any, { writtenAtMs: 0, trips: [{ bytes: "many" }] });
  const manifest = readDocument(readFileSync(site.model, "utf8"), modelSchema, site.model, "manifest-invalid");
  strange.save(`stream.main.${identityOf(manifest).slice(0, 12)}`, any, {
    writtenAtMs: 0,
    scene: { beliefs: { weights: 1e308 } },
    agreement: {},
  });
  await strange.close();
  const edge = await startDevice(withState(nats.url));
  await until(() => (main(edge).offloads.answered ?? 0) > 3, { timeoutMs: 30_000 });
  expect(await metricsOf(edge)).toContain("sluice_edge_state_aside_total 3");
  expectWithinBudget(edge);
  await edge.close();
});

it("a second device on the same folder refuses to start, and the first goes on", async () => {
  await using nats = await startNats();
  const first = await startDevice(withState(nats.url));
  await expect(startDevice(withState(nats.url))).rejects.toMatchObject({ code: "state-taken" });
  const { answered } = main(first);
  await until(() => main(first).answered > answered + 10);
  await first.close();
});

it("counts audits that nobody answers as missing, and widens the interval by them", async () => {
  await using nats = await startNats();
  await using _ = await neighbours(nats, (request) => {
    if (request.frame % 2 === 0) request.answer(goodReply(request));
    else request.refuse("overloaded", "full");
  });
  const offload = { budget: { rate: "100kB/s" }, audit: { share: "0.2" } };
  const edge = await startDevice(configOf(site, nats.url, { offload }));
  await until(() => main(edge).agreement.corrected !== null && main(edge).agreement.missing! > 5, {
    timeoutMs: 60_000,
  });
  const { samples, missing, correctedHalfWidth } = main(edge).agreement;
  expect(correctedHalfWidth!).toBeGreaterThan(missing! / (missing! + samples) / 2);
  expect(await metricsOf(edge)).toMatch(/sluice_agreement_audits_total\{stream="main",outcome="missing"\} \d+/);
  await edge.close();
});
