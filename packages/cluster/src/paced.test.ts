import { setImmediate as turn } from "node:timers/promises";
import { ManualClock } from "@sluice/foundation";
import { expect, test } from "vitest";
import type { Call } from "./call.ts";
import type { Kube } from "./kube.ts";
import { paced } from "./paced.ts";

const write: Call = { verb: "PATCH", path: "/x" };

/** A server that notes what it is asked. */
function noted() {
  const asked: string[] = [];
  const call: Kube["call"] = async ({ verb }) => void asked.push(verb);
  return { asked, kube: { call } as Kube };
}

test("a burst of writes goes at once, the others in turn; reads never wait", async () => {
  const clock = new ManualClock();
  const { asked, kube } = noted();
  const slow = paced(kube, clock, { perSecond: 10, burst: 3 });
  for (let i = 0; i < 6; i++) void slow.call(write);
  void slow.call({ verb: "GET", path: "/x" });
  await turn();
  expect(asked).toEqual(["PATCH", "PATCH", "PATCH", "GET"].toSorted());
  for (let left = 3; left > 0; left--) {
    clock.advance(100);
    await turn();
    expect(asked).toHaveLength(8 - left);
  }
});

test("a rest earns a burst again, and no more than that", async () => {
  const clock = new ManualClock();
  const { asked, kube } = noted();
  const slow = paced(kube, clock, { perSecond: 10, burst: 2 });
  for (const restMs of [0, 60_000]) {
    clock.advance(restMs);
    asked.length = 0;
    for (let i = 0; i < 4; i++) void slow.call(write);
    await turn();
    expect(asked).toHaveLength(2);
    clock.advance(200);
    await turn();
    expect(asked).toHaveLength(4);
  }
});
