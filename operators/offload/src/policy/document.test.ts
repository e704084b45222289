import { edgeDeviceSchema, policyDocumentSchema } from "@sluice/contracts";
import { expect, test } from "vitest";
import { type Body, zonesFor } from "./document.ts";

const body: Body = {
  version: 1,
  policy: "gate",
  revision: "gate-1",
  model: "large",
  edgeModel: null,
  decision: {},
  focus: { zones: ["lane", "door"] },
  payload: { rungs: [{ name: "full", width: 640, quality: 75 }] },
  delivery: {},
  audit: {},
};

const device = (streams: object[]) =>
  edgeDeviceSchema.parse({
    apiVersion: "sluice.dev/v1alpha1",
    kind: "EdgeDevice",
    metadata: { name: "cam" },
    spec: { streams },
  });
const lane = { name: "lane", polygon: "0,0 0.5,0 0.5,1" };
const yard = { name: "yard", polygon: "0,0 1,0 1,1.0" };

test("a device is told the polygons of its zones that the policy names, by stream, and no others", () => {
  const cam = device([
    { name: "front", zones: [yard, lane] },
    { name: "back", zones: [yard] },
    { name: "constructor", zones: [{ ...yard, name: "door" }, lane] },
  ]);
  const { zones } = policyDocumentSchema.parse({ ...body, device: "cam", zones: zonesFor(body, cam) });
  const half = [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
  ];
  const all = [
    [0, 0],
    [1, 0],
    [1, 1],
  ];
  expect(zones).toEqual({ front: [half], constructor: [all, half] });
});

test("without zones in focus, or a device to have any, a document says nothing of zones, and is none the worse", () => {
  const cam = device([{ name: "front", zones: [lane] }]);
  expect(zonesFor(body, undefined)).toBeUndefined();
  expect(zonesFor(body, device([{ name: "front", zones: [yard] }]))).toBeUndefined();
  expect(zonesFor({ ...body, focus: {} }, cam)).toBeUndefined();
  expect(policyDocumentSchema.parse({ ...body, device: "cam" }).zones).toEqual({});
});
