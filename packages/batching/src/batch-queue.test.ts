import { describe, expect, test } from "vitest";
import { BatchQueue, type Outlook } from "./batch-queue.ts";

const forever = 1e9;
const bounds = { maxQueue: 8, maxDelayMs: 5 };
/** A free worker, batches of up to four, each picture 10 ms unless told otherwise. */
const outlook = (nowMs: number, over: Partial<Outlook> = {}): Outlook => ({
  nowMs,
  readyMs: nowMs,
  leadMs: 0,
  maxSize: 4,
  expectedMs: (n) => 10 * n,
  ...over,
});
const at = (arrivedMs: number, deadlineMs = forever, source = "gate") => ({ arrivedMs, deadlineMs, source });
/** A model that takes the same time for any batch: company is worth waiting for. */
const flat = () => 20;

function filled(names: string, deadlineMs = forever): BatchQueue<string> {
  const queue = new BatchQueue<string>(bounds);
  for (const name of names) queue.offer(name, at(0, deadlineMs));
  return queue;
}

describe("when a batch forms", () => {
  test("a free worker takes what there is where batches save nothing", () => {
    expect(filled("ab").take(outlook(0)).batch).toEqual(["a", "b"]);
  });

  test("a free worker waits for company that is expected and pays, but not beyond maxDelay", () => {
    const queue = new BatchQueue<number>(bounds);
    for (let i = 0; i < 40; i++) {
      queue.offer(i, at(i * 2));
      if (i < 39) queue.clear();
    }
    expect(queue.take(outlook(78, { expectedMs: flat })).batch).toEqual([]);
    expect(queue.dueMs(outlook(78, { expectedMs: flat }))).toBeCloseTo(82, 0);
    queue.offer(40, at(80));
    expect(queue.take(outlook(83, { expectedMs: flat })).batch).toEqual([39, 40]);
  });

  test("nobody waits for company that is not expected", () => {
    expect(filled("a").take(outlook(0, { expectedMs: flat })).batch).toEqual(["a"]);
  });

  test("while the worker is busy an incomplete batch stays open until the time that decoding needs", () => {
    const queue = filled("ab");
    const busy = { readyMs: 100, leadMs: 15 };
    expect(queue.dueMs(outlook(0, busy))).toBe(85);
    expect(queue.take(outlook(84, busy)).batch).toEqual([]);
    expect(queue.take(outlook(85, busy)).batch).toEqual(["a", "b"]);
  });

  test("a full batch forms at once, so that it is decoded while another is computed", () => {
    expect(filled("abcde").take(outlook(0, { readyMs: 100 })).batch).toEqual(["a", "b", "c", "d"]);
  });

  test("a deadline does not wait for company", () => {
    const queue = new BatchQueue<number>({ maxQueue: 8, maxDelayMs: 50 });
    for (let i = 0; i < 40; i++) {
      queue.offer(i, at(i * 2, i * 2 + 30));
      if (i < 39) queue.clear();
    }
    expect(queue.take(outlook(88.5, { expectedMs: flat })).batch).toEqual([39]);
  });

  test("an empty queue is never due", () => {
    expect(filled("").dueMs(outlook(0))).toBe(Number.POSITIVE_INFINITY);
    expect(filled("").take(outlook(0))).toEqual({ batch: [], expired: [] });
  });
});

describe("what goes in and what is given up", () => {
  test("earliest deadline first", () => {
    const queue = new BatchQueue<string>(bounds);
    queue.offer("later", at(0, 900));
    queue.offer("soon", at(1, 500));
    expect(queue.take(outlook(1, { maxSize: 1 })).batch).toEqual(["soon"]);
  });

  test("a flood from one source takes one place of a batch while others wait", () => {
    const queue = new BatchQueue<string>(bounds);
    for (let i = 0; i < 5; i++) queue.offer(`flood${i}`, at(0, 100 + i, "flood"));
    queue.offer("b", at(1, 5_000, "b"));
    queue.offer("c", at(1, 6_000, "c"));
    expect(queue.take(outlook(1, { expectedMs: () => 1 })).batch).toEqual(["flood0", "b", "c", "flood1"]);
  });

  test("a full queue refuses the newcomer of the source that fills it, and makes room for another's", () => {
    const queue = filled("abcdefgh");
    expect(queue.offer("i", at(1))).toBe("i");
    expect(queue.offer("other", at(1, 500, "other"))).toBe("h");
    expect(queue.size).toBe(bounds.maxQueue);
  });

  test("a passed deadline is given up even while the worker is busy", () => {
    expect(filled("a", 50).take(outlook(50, { readyMs: 500 }))).toEqual({ batch: [], expired: ["a"] });
  });

  test("few items: the batch is kept as small as the most urgent one needs, and only the hopeless go", () => {
    const queue = filled("abc");
    queue.offer("urgent", at(0, 25));
    queue.offer("hopeless", at(0, 9));
    expect(queue.take(outlook(0, { maxSize: 8 }))).toEqual({ batch: ["urgent", "a"], expired: ["hopeless"] });
  });

  test("overload: whoever cannot stand a full batch goes, the batch is full", () => {
    const queue = filled("abcd");
    for (const name of "xyz") queue.offer(name, at(0, 39));
    expect(queue.take(outlook(0))).toEqual({ batch: ["a", "b", "c", "d"], expired: ["x", "y", "z"] });
  });

  test("an expectation alone never gives up everything", () => {
    const queue = filled("abc", 100);
    queue.offer("last", at(0, 200));
    expect(queue.take(outlook(0, { expectedMs: () => 5_000 })).batch).toEqual(["last"]);
  });
});

test("delayMs counts full batches ahead, the run under way and parallel workers", () => {
  const queue = filled("abcdefgh");
  expect(queue.delayMs(outlook(0), 1)).toBe(80);
  expect(queue.delayMs(outlook(0, { readyMs: 30 }), 2)).toBe(70);
  expect(filled("").delayMs(outlook(0), 1)).toBe(0);
});
