import { join } from "node:path";
import { toWire } from "@sluice/contracts";
import { recordOf, run } from "@sluice/replay";
import { type NatsServer, repoRoot, startNats } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordClip, runDaemon } from "./alike.builder.ts";
import { buildSite, configOf, type Site } from "./edge.builder.ts";
import type { Recording } from "./recorded-cloud.builder.ts";

/** Of the drone's clip, where it is on its way across the park. */
const from = 90;
const frames = 60;
const rung = { name: "full", width: 640, quality: 75 };
let nats: NatsServer;
let site: Site;
let recording: Recording;

beforeAll(async () => {
  [nats, site, recording] = await Promise.all([startNats(), buildSite(), recordClip("drone.mp4", from, frames, rung)]);
});
afterAll(() => Promise.all([nats.stop(), site[Symbol.asyncDispose]()]));

/** The daemon's configuration, with the embedded model in place of the site's. */
function configFor(policy: string, crops: boolean) {
  const offload = {
    model: "big",
    budget: { rate: "80kB/s", burst: "200KiB" },
    payload: { rungs: [rung], crops },
    decision: { policy },
  };
  return { ...configOf(site, nats.url, { offload }), model: join(repoRoot, "models/street-edge.yaml") };
}

describe("the daemon and a replay", () => {
  it("are held against each other while the camera moves", () => {
    const moving = recording.trace.frames.filter(({ signals }) => signals["shiftX"] !== undefined);
    expect(moving.length).toBeGreaterThan(frames / 2);
  });

  it.each([
    ["learned", "whole"],
    ["learned", "crops"],
    ["periodic", "whole"],
    ["random", "whole"],
    ["reward", "whole"],
  ])("decide alike on the same frames: %s, %s", async (policy, sends) => {
    const config = configFor(policy, sends === "crops");
    const { recent, overhead, crop } = await runDaemon(recording, nats, config);
    const { header } = recording.trace;
    const replayed = run(recording.trace, {
      spec: config.offload,
      seed: 1,
      road: { network: undefined, rttMs: 0 },
      overhead,
      crop,
    });
    const expected = replayed.frames.map((each) => {
      const { action, reason, rung: name, region, bytes, tokens } = recordOf(header, each);
      const { value, price, answer, signals } = each;
      const { staleMs, ...shares } = signals;
      const known = Number.isFinite(staleMs) ? { ...shares, staleMs } : shares;
      return {
        action,
        reason,
        rung: name,
        region,
        bytes,
        tokens,
        value,
        price,
        signals: known,
        answer: toWire(answer, header.classes),
      };
    });
    const decided = Array.from({ length: frames }, (_, frame) => {
      const { decision, result, correction } = recent.of(frame)!;
      const { action, reason, rung: name, region, bytes, tokens, value, price, signals } = decision;
      return {
        action,
        reason,
        rung: name,
        region,
        bytes,
        tokens,
        value,
        price,
        signals,
        answer: (correction ?? result).answer,
      };
    });
    expect(decided).toEqual(expected);
    expect(decided.filter(({ action }) => action === "send").length).toBeGreaterThan(5);
    expect(decided.some(({ region }) => region !== undefined)).toBe(sends === "crops");
  });
});
