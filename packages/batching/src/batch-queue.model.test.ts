import { invariant } from "@sluice/foundation";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BatchQueue, type Outlook } from "./batch-queue.ts";
import { patience } from "./waiting.ts";

interface Item {
  id: number;
  deadlineMs: number;
  source: string;
  passedOver: number;
}

const time = fc.integer({ min: 0, max: 200 });
const step = fc.oneof(
  fc.record({ kind: fc.constant("offer" as const), slackMs: time, source: fc.constantFrom("a", "b", "c", "d") }),
  fc.record({
    kind: fc.constant("take" as const),
    busyMs: fc.constantFrom(0, 0, 0, 20),
    leadMs: fc.constantFrom(0, 5),
  }),
  fc.record({ kind: fc.constant("pass" as const), byMs: fc.integer({ min: 0, max: 40 }) }),
);
interface Plan {
  maxQueue: number;
  maxDelayMs: number;
  maxSize: number;
  fixedMs: number;
  eachMs: number;
}
const scenario = fc.record({
  maxQueue: fc.integer({ min: 1, max: 12 }),
  maxDelayMs: fc.integer({ min: 0, max: 20 }),
  maxSize: fc.integer({ min: 1, max: 5 }),
  fixedMs: fc.integer({ min: 0, max: 30 }),
  eachMs: fc.integer({ min: 0, max: 15 }),
  steps: fc.array(step, { maxLength: 120 }),
});

/** Plays a scenario against a list that is kept by the test, and checks every promise at every step. */
class Play {
  readonly waiting = new Map<number, Item>();
  readonly ended = new Set<number>();
  offered = 0;
  nowMs = 0;
  readonly queue: BatchQueue<Item>;
  readonly plan: Plan;

  constructor(plan: Plan) {
    this.plan = plan;
    this.queue = new BatchQueue(plan);
  }

  outlook(busyMs: number, leadMs: number): Outlook {
    const { maxSize, fixedMs, eachMs } = this.plan;
    return {
      nowMs: this.nowMs,
      readyMs: this.nowMs + busyMs,
      leadMs,
      maxSize,
      expectedMs: (n) => fixedMs + n * eachMs,
    };
  }

  end(item: Item): void {
    invariant(!this.ended.has(item.id), "an item ended twice");
    invariant(this.waiting.delete(item.id), "an item ended that did not wait");
    this.ended.add(item.id);
  }

  offer(slackMs: number, source: string): void {
    const item = { id: this.offered++, deadlineMs: this.nowMs + slackMs, source, passedOver: 0 };
    this.waiting.set(item.id, item);
    const refused = this.queue.offer(item, { ...item, arrivedMs: this.nowMs });
    if (refused) {
      invariant(this.waiting.size === this.plan.maxQueue + 1, "refused although there was room");
      this.end(refused);
    }
  }

  take(busyMs: number, leadMs: number): void {
    const { batch, expired } = this.queue.take(this.outlook(busyMs, leadMs));
    for (const item of [...batch, ...expired]) this.end(item);
    invariant(batch.length <= this.plan.maxSize, "a batch is too large");
    for (const item of batch) this.checkComputed(item);
    if (batch.length > 0) for (const left of this.waiting.values()) this.checkLeft(left);
  }

  checkComputed(item: Item): void {
    invariant(item.deadlineMs > this.nowMs, "computed after its deadline");
    const earlier = [...this.waiting.values()].filter((w) => w.source === item.source && w.id < item.id);
    invariant(
      earlier.every((w) => w.deadlineMs !== item.deadlineMs),
      "overtook an equal deadline",
    );
  }

  checkLeft(left: Item): void {
    left.passedOver++;
    invariant(left.passedOver <= patience + this.plan.maxQueue, "starved");
  }
}

test("nothing is lost, doubled, computed too late, out of order, beyond a bound or starved", () => {
  fc.assert(
    fc.property(scenario, (plan) => {
      const play = new Play(plan);
      for (const s of plan.steps) {
        if (s.kind === "offer") play.offer(s.slackMs, s.source);
        else if (s.kind === "take") play.take(s.busyMs, s.leadMs);
        else play.nowMs += s.byMs;
        expect(play.queue.size).toBe(play.waiting.size);
        expect(play.queue.size).toBeLessThanOrEqual(plan.maxQueue);
      }
      for (const item of play.queue.clear()) play.end(item);
      expect(play.ended.size).toBe(play.offered);
    }),
    { numRuns: 500 },
  );
});

test("a due batch is formed when its time has come, not later", () => {
  fc.assert(
    fc.property(scenario, (plan) => {
      const play = new Play(plan);
      for (const s of plan.steps) if (s.kind === "offer") play.offer(s.slackMs + 1, s.source);
      if (play.queue.size === 0) return;
      const dueMs = play.queue.dueMs(play.outlook(0, 0));
      play.nowMs = Math.max(0, dueMs);
      invariant(Number.isFinite(play.nowMs), "a waiting item is due some time");
      const { batch, expired } = play.queue.take(play.outlook(0, 0));
      expect(batch.length + expired.length).toBeGreaterThan(0);
      expect(play.nowMs).toBeLessThanOrEqual(plan.maxDelayMs);
    }),
  );
});

test("under a flood of more urgent items, a patient one is served after a bounded number of batches", () => {
  const queue = new BatchQueue<string>({ maxQueue: 16, maxDelayMs: 0 });
  queue.offer("patient", { arrivedMs: 0, deadlineMs: 1e9, source: "slow" });
  let batches = 0;
  for (let nowMs = 0; nowMs < 100; nowMs++, batches++) {
    for (let i = 0; i < 4; i++)
      queue.offer("urgent", { arrivedMs: nowMs, deadlineMs: nowMs + 50, source: `s${nowMs}.${i}` });
    const outlook = { nowMs, readyMs: nowMs, leadMs: 0, maxSize: 2, expectedMs: () => 1 };
    if (queue.take(outlook).batch.includes("patient")) break;
  }
  expect(batches).toBeLessThanOrEqual(patience);
});
