import { expect, test } from "vitest";
import { agreementOf, fleetAgreement } from "./agreement.ts";
import { applyHeartbeat } from "./reduce.ts";
import { sampleHeartbeat, sampleReport } from "./sample.builder.ts";
import { emptyFleet } from "./state.ts";

const nothing = { samples: 0, local: null, corrected: null };

function fleetOf(...agreements: Parameters<typeof agreementOf>[0][]) {
  const fleet = emptyFleet(1, 0);
  agreements.forEach((agreement, i) => {
    applyHeartbeat(fleet, sampleHeartbeat({ device: `d${i}`, streams: [sampleReport({ agreement })] }), 0);
  });
  return fleetAgreement(fleet);
}

test("is unknown while no stream knows, never zero", () => {
  const unknown = { local: null, localHalfWidth: null, corrected: null, correctedHalfWidth: null };
  expect(fleetOf(nothing, nothing)).toEqual({ samples: 0, missing: 0, ...unknown });
});

test("is the mean over all frames, whatever the number of audits of each stream", () => {
  const busy = { samples: 90, frames: 1_000, missing: 2, local: 0.4, corrected: 0.6 };
  const calm = { samples: 10, frames: 3_000, missing: 1, local: 0.8, corrected: 0.9 };
  const width = { localHalfWidth: 0.04, correctedHalfWidth: 0.03 };
  const fleet = fleetOf({ ...busy, ...width }, { ...calm, ...width }, nothing);
  expect(fleet).toMatchObject({ samples: 100, missing: 3 });
  expect(fleet.local).toBeCloseTo(0.7);
  expect(fleet.corrected).toBeCloseTo(0.825);
  expect(fleet.localHalfWidth).toBeCloseTo((0.04 * Math.sqrt(10)) / 4);
});

test("claims no interval where a device of before gives none", () => {
  const before = { samples: 30, local: 0.4, corrected: 0.6 };
  expect(agreementOf(before)).toMatchObject({ local: 0.4, localHalfWidth: null });
  expect(fleetOf(before, { ...before, localHalfWidth: 0.1, correctedHalfWidth: 0.1 }).correctedHalfWidth).toBeNull();
});
