import { edgeDeviceSchema } from "@sluice/contracts";
import { expect, test } from "vitest";
import { heartbeatOf, type Said } from "../telemetry/heartbeat.builder.ts";
import { tallied } from "../telemetry/readings.ts";
import { masked, masksOf } from "./masks.ts";

const device = (...streams: object[]) =>
  edgeDeviceSchema.parse({
    apiVersion: "sluice.dev/v1alpha1",
    kind: "EdgeDevice",
    metadata: { name: "cam" },
    spec: { streams },
  });
const door = { name: "door", polygon: "0,0 0.5,0 0.5,1" };
const yard = { name: "yard", polygon: "0,0 1,0 1,1" };

test("a device's masks have a version that follows from where they are and on which stream, not from their names", () => {
  const [one, renamed] = [
    { name: "camera", masks: [door] },
    { name: "camera", masks: [{ ...door, name: "gate" }] },
  ];
  expect(masksOf(device(one, { name: "back" })).streams).toEqual({
    camera: [
      [
        [0, 0],
        [0.5, 0],
        [0.5, 1],
      ],
    ],
  });
  expect(masksOf(device(renamed)).version).toBe(masksOf(device(one)).version);
  const others = [device(), device({ name: "camera", masks: [yard] }), device({ name: "back", masks: [door] })];
  expect(new Set([device(one), ...others].map((each) => masksOf(each).version)).size).toBe(4);
});

const cam = device({ name: "camera", masks: [door] });
const { version } = masksOf(cam);
const stray = device({ name: "attic", masks: [door] });

/** What is said of the masks of a device that said this last. */
function told(of: typeof cam, said: Said | undefined, owner: string | null = "gate"): string | undefined {
  const heartbeat = said && heartbeatOf(said);
  const heard = heartbeat && { heartbeat, heardMs: 0, gapMs: 0, tally: tallied(undefined, heartbeat), unservedMs: 0 };
  const [finding] = masked(of, heard, owner ?? undefined);
  return finding && `${finding.status} ${finding.reason}`;
}

test.each([
  ["it has none", told(device({ name: "camera" }), { masks: null }), undefined],
  ["it paints them", told(cam, { masks: version }), "True Succeeded"],
  ["it paints older ones", told(cam, { masks: "older" }), "False Progressing"],
  ["it paints them though no policy has it", told(cam, { masks: version }, null), "True Succeeded"],
  ["no policy brings them", told(cam, { masks: null }, null), "False NotSelected"],
  ["it goes by its file", told(cam, {}), "False NotControlled"],
  ["it was not heard", told(cam, undefined), "Unknown Silent"],
  ["it has no such stream", told(stray, { masks: masksOf(stray).version }), "False StreamNotFound"],
])("of a device's masks it is told truly that %s", (_, is, wanted) => {
  expect(is).toBe(wanted);
});
