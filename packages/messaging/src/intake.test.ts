import { setImmediate as turn } from "node:timers/promises";
import { type Clock, ManualClock } from "@sluice/foundation";
import { expect, test } from "vitest";
import { Intake } from "./intake.ts";

interface Said {
  readonly subject: string;
  readonly word: number;
}

const said = (subject: string, word: number): Said => ({ subject, word });

function intakeOf(clock: Clock, capacity: number, newest: boolean) {
  const [handled, dropped]: [number[], number[]] = [[], []];
  const intake = new Intake<Said>({
    capacity,
    clock,
    handle: ({ word }) => handled.push(word),
    overflow: ({ word }) => dropped.push(word),
    keyOf: newest ? ({ subject }) => subject : undefined,
  });
  return { intake, handled, dropped };
}

test("handles in order of arrival, and drops what finds no room", async () => {
  const { intake, handled, dropped } = intakeOf(new ManualClock(), 2, false);
  for (const word of [1, 2, 3]) intake.push(said("a", word));
  await turn();
  expect([handled, dropped]).toEqual([[1, 2], [3]]);
});

test("keeps the newest of each subject in the place of the one before, also where it is full", async () => {
  const { intake, handled, dropped } = intakeOf(new ManualClock(), 2, true);
  for (const [subject, word] of [
    ["a", 1],
    ["b", 2],
    ["a", 3],
    ["c", 4],
  ] as const)
    intake.push(said(subject, word));
  await turn();
  expect([handled, dropped]).toEqual([[3, 2], [4]]);
});

test("in one turn of the event loop handles as many as fit into a few milliseconds, and the rest in the next ones", async () => {
  let nowMs = 0;
  const clock: Clock = { wallMs: () => nowMs, monotonicMs: () => nowMs++, after: () => () => {} };
  const { intake, handled } = intakeOf(clock, 1_000, false);
  for (let word = 0; word < 1_000; word++) intake.push(said("a", word));
  await turn();
  const first = handled.length;
  expect(first).toBeGreaterThan(64);
  expect(first).toBeLessThan(1_000);
  while (handled.length < 1_000) await turn();
  expect(handled).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
});

test("a handler that throws loses its own message only", async () => {
  const handled: number[] = [];
  const handle = ({ word }: Said) => {
    if (word === 1) throw new Error("broken");
    handled.push(word);
  };
  const intake = new Intake<Said>({ capacity: 9, clock: new ManualClock(), handle, overflow: () => {} });
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const caught = new Promise((resolve) => process.once("uncaughtException", resolve));
  for (const word of [1, 2, 3]) intake.push(said("a", word));
  expect(await caught).toMatchObject({ message: "broken" });
  await turn();
  for (const listener of listeners) process.on("uncaughtException", listener);
  expect(handled).toEqual([2, 3]);
});
