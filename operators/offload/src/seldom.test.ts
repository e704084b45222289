import { SluiceError } from "@sluice/contracts";
import { ManualClock } from "@sluice/foundation";
import { expect, test } from "vitest";
import { seldom } from "./seldom.ts";

test("the same words are passed on once a minute, other words at once", () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const tell = seldom(clock, ({ message }) => void told.push(message));
  const complain = (...words: string[]) => words.forEach((word) => tell(new SluiceError("overloaded", word)));
  complain("a", "a", "b", "a");
  expect(told).toEqual(["a", "b"]);
  clock.advance(60_000);
  complain("a", "a");
  expect(told).toEqual(["a", "b", "a"]);
});

test("however many different words there are, it remembers a bounded number and goes on", () => {
  const told: string[] = [];
  const tell = seldom(new ManualClock(), ({ message }) => void told.push(message));
  for (let i = 0; i < 5_000; i++) tell(new SluiceError("overloaded", `${i}`));
  expect(told).toHaveLength(5_000);
});
