import { ManualClock } from "@sluice/foundation";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Workqueue } from "./workqueue.ts";

const queueOf = (clock: ManualClock, maxKeys?: number) =>
  new Workqueue({ name: "test", clock, ...(maxKeys !== undefined && { maxKeys }) });

/** Everything ready now, in order. */
async function drain(queue: Workqueue): Promise<string[]> {
  const keys: string[] = [];
  while (queue.ready > 0) {
    const key = (await queue.take()) as string;
    keys.push(key);
    queue.done(key);
  }
  return keys;
}

describe("a workqueue", () => {
  test("holds a key once, in the order of first adding", async () => {
    const queue = queueOf(new ManualClock());
    for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);
    expect(await drain(queue)).toEqual(["a", "b", "c"]);
  });

  test("gives a key that was added during its work again afterwards, behind the others", async () => {
    const queue = queueOf(new ManualClock());
    queue.add("a");
    await queue.take();
    queue.add("a");
    queue.add("b");
    expect(queue.ready).toBe(1);
    queue.done("a");
    expect(await drain(queue)).toEqual(["b", "a"]);
  });

  test("keeps the earliest of several times, and forgets them when the key comes anyway", async () => {
    const clock = new ManualClock();
    const queue = queueOf(clock);
    queue.addAfter("a", 5_000);
    queue.addAfter("a", 1_000);
    queue.addAfter("a", 9_000);
    clock.advance(999);
    expect(queue.ready).toBe(0);
    clock.advance(1);
    expect(await drain(queue)).toEqual(["a"]);
    queue.addAfter("a", 1_000);
    queue.add("a");
    expect(await drain(queue)).toEqual(["a"]);
    clock.advance(100_000);
    expect(queue.ready).toBe(0);
  });

  test("doubles the pause of a failing key from 5 ms to 1000 s, and starts over when it did well", () => {
    const queue = queueOf(new ManualClock());
    const pauses = Array.from({ length: 20 }, () => queue.retry("a"));
    expect(pauses).toEqual(Array.from({ length: 20 }, (_, n) => Math.min(1_000_000, 5 * 2 ** n)));
    queue.forget("a");
    expect(queue.retry("a")).toBe(5);
  });

  test("lets all keys together fail ten times a second after a burst of a hundred", () => {
    const clock = new ManualClock();
    const queue = queueOf(clock);
    const pauses = Array.from({ length: 200 }, (_, n) => queue.retry(`key-${n}`));
    expect(pauses.slice(0, 100).every((pauseMs) => pauseMs === 5)).toBe(true);
    expect(pauses.slice(100, 104)).toEqual([100, 200, 300, 400]);
    expect(pauses.at(-1)).toBe(10_000);
    // Ten seconds for what was lent, ten more for a full bucket.
    clock.advance(20_000);
    const later = Array.from({ length: 101 }, (_, n) => queue.retry(`later-${n}`));
    expect(later.slice(0, 100).every((pauseMs) => pauseMs === 5)).toBe(true);
    expect(later[100]).toBe(100);
  });

  test("refuses what it has no room for, and takes it when there is", async () => {
    const queue = queueOf(new ManualClock(), 2);
    expect([queue.add("a"), queue.addAfter("b", 1), queue.add("c"), queue.add("a")]).toEqual([true, true, false, true]);
    await drain(queue);
    expect(queue.add("c")).toBe(true);
  });

  test("hands out nothing more once stopped, and waits for what was taken", async () => {
    const queue = queueOf(new ManualClock());
    queue.add("a");
    queue.add("b");
    await queue.take();
    let stopped = false;
    const stopping = queue.stop().then(() => (stopped = true));
    expect(await queue.take()).toBeUndefined();
    expect([queue.add("c"), queue.ready, stopped]).toEqual([false, 0, false]);
    queue.done("a");
    await stopping;
  });

  test("wakes a taker that waits", async () => {
    const clock = new ManualClock();
    const queue = queueOf(clock);
    const [first, second] = [queue.take(), queue.take()];
    queue.addAfter("a", 10);
    clock.advance(10);
    expect(await first).toBe("a");
    const stopping = queue.stop();
    queue.done("a");
    await stopping;
    expect(await second).toBeUndefined();
  });
});

const key = fc.constantFrom("a", "b", "c", "d", "e");
const step = fc.oneof(
  fc.record({ op: fc.constant("add" as const), key }),
  fc.record({ op: fc.constant("later" as const), key, ms: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ op: fc.constant("retry" as const), key }),
  fc.record({ op: fc.constant("take" as const) }),
  fc.record({ op: fc.constant("done" as const), nth: fc.nat(4) }),
  fc.record({ op: fc.constant("advance" as const), ms: fc.integer({ min: 1, max: 40 }) }),
);

test("whatever happens: no key is worked on twice at once, none is lost, none is overtaken twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const clock = new ManualClock();
      const queue = queueOf(clock);
      const working: string[] = [];
      /** Keys that somebody wants worked on, each with those that were handed out while it stood ready. */
      const wanted = new Set<string>();
      const overtakenBy = new Map<string, string[]>();
      const take = async () => {
        const taken = (await queue.take()) as string;
        expect(working).not.toContain(taken);
        expect(wanted).toContain(taken);
        overtakenBy.delete(taken);
        for (const others of overtakenBy.values()) {
          expect(others).not.toContain(taken);
          others.push(taken);
        }
        wanted.delete(taken);
        working.push(taken);
      };
      for (const s of steps) {
        if (s.op === "add") {
          queue.add(s.key);
          wanted.add(s.key);
          if (!working.includes(s.key) && !overtakenBy.has(s.key)) overtakenBy.set(s.key, []);
        } else if (s.op === "later") {
          queue.addAfter(s.key, s.ms);
          wanted.add(s.key);
        } else if (s.op === "retry") {
          queue.retry(s.key);
          wanted.add(s.key);
        } else if (s.op === "advance") clock.advance(s.ms);
        else if (s.op === "take" && queue.ready > 0) await take();
        else if (s.op === "done" && working.length > 0)
          queue.done(working.splice(s.nth % working.length, 1)[0] as string);
      }
      for (const each of working.splice(0)) queue.done(each);
      clock.advance(2_000_000);
      while (queue.ready > 0) {
        await take();
        queue.done(working.pop() as string);
      }
      expect([...wanted]).toEqual([]);
      expect([queue.ready, queue.delayed, queue.working]).toEqual([0, 0, 0]);
    }),
  );
});

test("delayed keys come back in the order of their times", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 300 }), async (delays) => {
      const clock = new ManualClock();
      const queue = queueOf(clock);
      delays.forEach((delayMs, n) => queue.addAfter(`${n}`, delayMs));
      clock.advance(500);
      const times = (await drain(queue)).map((taken) => delays[Number(taken)]);
      expect(times).toEqual(delays.toSorted((a, b) => a - b));
    }),
  );
});
