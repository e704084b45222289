import { type OffloadSpec, offloadSchema } from "@sluice/contracts";
import { seededPrng } from "@sluice/foundation";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "./bucket.ts";
import { Decider } from "./decide.ts";
import type { RoadView } from "./passage.ts";
import { Price } from "./price.ts";

const open: RoadView = {
  connected: true,
  alive: true,
  probeDue: false,
  inFlight: 0,
  inFlightLimit: 2,
  aheadBytes: 0,
  chance: () => 1,
};
const frameMs = 100;
const pictureBytes = 10_000;

function specOf(extra: object = {}): OffloadSpec {
  return offloadSchema.parse({ model: "big", budget: { rate: "20kB/s" }, ...extra });
}

function deciderOf(spec: OffloadSpec, bucket: TokenBucket, price = new Price()) {
  return new Decider({
    spec,
    bucket,
    price,
    task: "detection",
    width: 640,
    height: 360,
    framesPerSecond: () => 10,
    threshold: 0.35,
    overheadBytes: 200,
    prng: seededPrng(1),
  });
}

const box = { x1: 10, y1: 10, x2: 50, y2: 90, score: 0.6, classId: 0 };

/** Runs a decider over a still scene; each send is paid, and answered with a gain of `won`. */
function play(spec: OffloadSpec, frames: number, road: (frame: number) => RoadView = () => open, won = 0.3) {
  const bucket = new TokenBucket(spec.budget.rate, spec.budget.burst, 0);
  const decider = deciderOf(spec, bucket);
  const log = [];
  for (let frame = 0; frame < frames; frame++) {
    const now = { frame, atMs: frame * frameMs, local: [box], answer: [box], motion: 0, expectedLoss: 0.2 };
    const decision = decider.decide(now, road(frame));
    if (decision.action === "send" && bucket.take(pictureBytes, now.atMs)) {
      decider.sent(decision, pictureBytes, pictureBytes - 200);
      decider.replied({ won, wonAlone: won });
    }
    log.push(decision);
  }
  return { log, bucket, sent: log.filter((d) => d.action === "send") };
}

describe("Decider", () => {
  it("spends most of a budget that is worth spending, evenly, and never more", () => {
    const { log, bucket } = play(specOf(), 1_000);
    const budgetBytes = 20_000 * 100;
    expect(bucket.spentBytes).toBeLessThanOrEqual(budgetBytes);
    expect(bucket.spentBytes).toBeGreaterThan(0.85 * budgetBytes);
    const sends = (from: number) => log.slice(from, from + 200).filter((d) => d.action === "send").length;
    for (const from of [200, 400, 600, 800]) expect(Math.abs(sends(from) - 40)).toBeLessThanOrEqual(8);
  });

  it("spends a scarce budget, too, though each byte is dear", () => {
    const { bucket } = play(specOf({ budget: { rate: "2kB/s" } }), 2_000);
    expect(bucket.spentBytes).toBeGreaterThan(0.7 * 2_000 * 200);
  });

  it.each([
    ["disconnected", { connected: false }],
    ["silent", { alive: false, probeDue: false }],
    ["in-flight", { inFlight: 2 }],
    ["late", { chance: () => 0.4 }],
  ])("skips for the reason %s", (reason, obstacle) => {
    const { sent, log } = play(specOf({ decision: { policy: "always" } }), 50, () => ({ ...open, ...obstacle }));
    expect(sent).toHaveLength(0);
    expect(log.at(-1)?.reason).toBe(reason);
  });

  it("waits behind another offload unless it is nearly sure to be in time, and risks more where nothing is ahead", () => {
    const spec = specOf({ decision: { policy: "always" } });
    const sends = (chance: number, aheadBytes: number) =>
      play(spec, 50, () => ({ ...open, aheadBytes, chance: () => chance })).sent.length;
    expect(sends(0.8, 0)).toBeGreaterThan(0);
    expect(sends(0.8, 20_000)).toBe(0);
    expect(sends(0.95, 20_000)).toBeGreaterThan(0);
  });

  it("asks a dead cloud one thing at a time, as a probe", () => {
    const dead = { ...open, alive: false, probeDue: true };
    const { log } = play(specOf({ decision: { policy: "always" } }), 50, (f) => ({
      ...dead,
      inFlight: f > 20 ? 1 : 0,
    }));
    expect(log.some((d) => d.action === "send" && d.reason === "probe")).toBe(true);
    expect(log.slice(21).every((d) => d.action === "skip")).toBe(true);
  });

  it("periodic sends one frame in so many, never sends none, always sends what the budget holds", () => {
    const rich = { budget: { rate: "10MB/s", burst: "1MB" } };
    const periodic = play(specOf({ ...rich, decision: { policy: "periodic", every: 5 } }), 101);
    const indices = periodic.log.flatMap((d, i) => (d.action === "send" ? [i] : []));
    expect(indices.slice(1).map((frame, i) => frame - indices[i]!)).toEqual(Array(indices.length - 1).fill(5));
    expect(play(specOf({ decision: { policy: "never" } }), 50).sent).toHaveLength(0);
    const always = play(specOf({ decision: { policy: "always" } }), 100);
    expect(always.log.filter((d) => d.action === "skip").every((d) => d.reason === "budget")).toBe(true);
    expect(always.bucket.spentBytes).toBeGreaterThan(150_000);
  });

  it("judges later frames against a chosen one at once, and not if that stayed behind", () => {
    const spec = specOf({ budget: { rate: "10MB/s", burst: "1MB" }, decision: { policy: "periodic", every: 5 } });
    const decider = deciderOf(spec, new TokenBucket(spec.budget.rate, spec.budget.burst, 0));
    const at = (frame: number) => ({
      frame,
      atMs: 1_000 + frame * frameMs,
      local: [],
      answer: [],
      motion: 0,
      expectedLoss: 0.2,
    });
    const first = at(0);
    const decided = decider.decide(first, open);
    expect(decided.action).toBe("send");
    expect(decider.decide(at(1), open).action).toBe("skip");
    decider.unsent(first.frame, decided, undefined);
    expect(decider.decide(at(2), open).action).toBe("send");
  });

  describe("with crops", () => {
    const doubtful = { ...box, score: 0.5 };
    const sure = { ...box, x1: 500, x2: 560, y1: 200, y2: 300, score: 0.99 };
    const observed = (frame: number, ranked = [sure, doubtful]) => ({
      frame,
      atMs: 10_000 + frame * frameMs,
      local: [],
      answer: ranked,
      motion: 0,
      expectedLoss: 0.2,
      hints: { ranked, missed: 0.05 },
    });
    const spec = specOf({ payload: { crops: true }, audit: { share: "0" } });
    /** Bytes are dear. */
    const started = () => deciderOf(spec, new TokenBucket(spec.budget.rate, spec.budget.burst, 0), new Price(1e-4));

    it("asks about the part where the doubt lies, for less, and leaves the rest of the loss to be asked about", () => {
      const decider = started();
      const whole = deciderOf(specOf(), new TokenBucket(20_000, 65_536, 0)).decide(observed(0), open);
      expect(whole.region).toBeUndefined();
      const decision = decider.decide(observed(0), open);
      expect(decision).toMatchObject({ action: "send", reason: "value", region: { x1: 0, y1: 0 } });
      expect(decision.region!.x2).toBeLessThan(320);
      expect(decision.part).toBeGreaterThan(0.8);
      expect(decision.part).toBeLessThan(1);
      expect(decision.bytes).toBeLessThan(whole.bytes / 2);
      const { lost } = decider.decide(observed(1), open).signals;
      expect(lost).toBeCloseTo((1 - decision.part + 1) * decision.signals.lost);
    });

    it("asks about a part again as if it had not, where that stayed behind", () => {
      const decider = started();
      const decision = decider.decide(observed(0), open);
      decider.decide({ ...observed(1), expectedLoss: 0 }, { ...open, connected: false });
      decider.unsent(0, decision, 3_000);
      expect(decider.decide({ ...observed(2), expectedLoss: 0 }, open).signals.lost).toBeCloseTo(decision.signals.lost);
    });

    it("learns what the pixels of crops weigh from what was encoded", () => {
      const decider = started();
      const first = decider.decide(observed(0), open);
      for (let frame = 1; frame < 20; frame++) decider.sent(first, 2_200, 2_000);
      const { region, bytes } = decider.decide(observed(20), open);
      expect(region).toEqual(first.region);
      expect(Math.abs(bytes - 2_200)).toBeLessThan(50);
      expect(first.bytes).toBeLessThan(2_000);
    });

    it("sends the whole where bytes are cheap, to audit, and to probe", () => {
      const cheap = deciderOf(spec, new TokenBucket(spec.budget.rate, spec.budget.burst, 0));
      expect(cheap.decide(observed(0), open).region).toBeUndefined();
      const audits = specOf({ payload: { crops: true }, audit: { share: "1" }, budget: { rate: "1MB/s" } });
      const auditor = deciderOf(audits, new TokenBucket(audits.budget.rate, audits.budget.burst, 0));
      expect(auditor.decide(observed(0), open)).toMatchObject({ reason: "audit", part: 1 });
      const dead = { ...open, alive: false, probeDue: true };
      const probe = deciderOf(spec, new TokenBucket(spec.budget.rate, spec.budget.burst, 0)).decide(observed(0), dead);
      expect(probe).toMatchObject({ reason: "probe", part: 1 });
      expect(probe.region).toBeUndefined();
    });
  });

  it("audits a share of the budget at random", () => {
    const spec = specOf({ audit: { share: "0.5" } });
    const { sent } = play(spec, 2_000);
    const audits = sent.filter((d) => d.reason === "audit").length;
    // Half of 20 kB/s over 200 s at the expected bytes of the rung, about 10 kB each.
    expect(audits).toBeGreaterThan(120);
    expect(audits).toBeLessThan(280);
  });

  it("draws frames whatever was sent before them: those just after a send are measured as often as any", () => {
    const { log } = play(specOf(), 60_000);
    let age = 0;
    const ages = log.map(({ action }) => (action === "send" ? (age = 0) : ++age));
    const before = (frame: number) => ages[frame - 1] ?? 0;
    const went = log.flatMap((d, frame) => (d.drawn ? [{ ...d, frame }] : []));
    expect(went.every((d) => d.action === "send")).toBe(true);
    expect(log.filter((d) => d.propensity > 0).length).toBeGreaterThan(0.9 * log.length);
    const weight = went.reduce((sum, d) => sum + 1 / d.propensity, 0);
    const audited = went.reduce((sum, d) => sum + before(d.frame) / d.propensity, 0) / weight;
    const all = log.reduce((sum, _, frame) => sum + before(frame), 0) / log.length;
    expect(Math.abs(audited / all - 1)).toBeLessThan(0.08);
  });

  it("takes the best rung that the bucket can ever hold, and waits for its bytes", () => {
    const payload = {
      rungs: [
        { name: "full", width: 640, quality: 75 },
        { name: "half", width: 320, quality: 50 },
      ],
    };
    const spec = specOf({ payload, decision: { policy: "always" } });
    const decide = (burstBytes: number, atMs: number) =>
      deciderOf(spec, new TokenBucket(10_000, burstBytes, 0)).decide(
        { frame: 0, atMs, local: [], answer: [], motion: 0, expectedLoss: 0.2 },
        open,
      );
    expect(decide(64_000, 200)).toMatchObject({ action: "skip", reason: "budget", rung: { name: "full" } });
    expect(decide(64_000, 5_000)).toMatchObject({ action: "send", rung: { name: "full" } });
    expect(decide(5_000, 5_000)).toMatchObject({ action: "send", rung: { name: "half" } });
  });

  it("takes a smaller rung where the link is thin, and the smallest to find a dead one alive", () => {
    const payload = {
      rungs: [
        { name: "full", width: 640, quality: 75 },
        { name: "half", width: 320, quality: 50 },
        { name: "least", width: 160, quality: 50 },
      ],
    };
    const spec = specOf({ payload, decision: { policy: "always" } });
    const decide = (road: Partial<RoadView>) =>
      deciderOf(spec, new TokenBucket(100_000, 64_000, 0)).decide(
        { frame: 0, atMs: 5_000, local: [], answer: [], motion: 0, expectedLoss: 0.2 },
        { ...open, ...road },
      );
    expect(decide({ chance: (bytes) => (bytes > 3_000 ? 0.1 : 0.9) }).rung.name).toBe("half");
    expect(decide({ chance: () => 0.1 })).toMatchObject({ action: "skip", reason: "late" });
    expect(decide({ alive: false, probeDue: true })).toMatchObject({ reason: "probe", rung: { name: "least" } });
  });
});
