import * as fc from "fast-check";
import { expect, test } from "vitest";
import { aheadBytes, Meter } from "./meter.ts";

test("nothing is counted that the disk does not know of", () => {
  const meter = new Meter({ id: "a", bytes: 0 });
  expect(meter.spend(10)).toBe(false);
  expect(meter.bytes).toBe(0);
  meter.saved(meter.toSave(10)!);
  expect(meter.spend(10)).toBe(true);
  expect(meter.bytes).toBe(10);
});

test("the disk is told once for many sends", () => {
  const meter = new Meter({ id: "a", bytes: 0 });
  meter.saved(meter.toSave(1)!);
  for (let sent = 0; sent < aheadBytes; sent += 1_024) expect(meter.toSave(1_024)).toBeNull();
});

test("whenever the machine stops, what the disk says is at least what was sent, and at most a step more a crash", () => {
  const sends = fc.array(fc.record({ bytes: fc.nat(aheadBytes), crash: fc.boolean(), saves: fc.boolean() }));
  fc.assert(
    fc.property(sends, (steps) => {
      let disk = { id: "a", bytes: 0 };
      let meter = new Meter(disk);
      let [sent, crashes] = [0, 0];
      for (const { bytes, crash, saves } of steps) {
        const toSave = meter.toSave(bytes);
        if (toSave && saves) meter.saved((disk = toSave));
        if (meter.spend(bytes)) sent += bytes;
        expect(disk.bytes).toBeGreaterThanOrEqual(sent);
        if (!crash) continue;
        meter = new Meter(disk);
        crashes++;
      }
      expect(meter.bytes).toBeGreaterThanOrEqual(sent);
      expect(meter.bytes).toBeLessThanOrEqual(sent + crashes * aheadBytes);
    }),
  );
});
