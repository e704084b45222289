import { edgeDeviceSchema } from "@sluice/contracts";
import { expect, test } from "vitest";
import { heartbeatOf } from "../telemetry/heartbeat.builder.ts";
import { tallied } from "../telemetry/readings.ts";
import { deviceReport, type Sight } from "./status.ts";

const device = (status: object = {}) =>
  edgeDeviceSchema.parse({
    apiVersion: "sluice.dev/v1alpha1",
    kind: "EdgeDevice",
    metadata: { name: "cam" },
    spec: {},
    status,
  });

function urlAfter(url: string | null, before: object = {}): unknown {
  const heartbeat = { ...heartbeatOf(), url };
  const heard = { heartbeat, heardMs: 0, gapMs: 0, tally: tallied(undefined, heartbeat), unservedMs: 0 };
  const { status } = deviceReport(device(before), {
    heard,
    online: true,
    lastSeenMs: 0,
    owner: undefined,
    doubt: null,
    turn: undefined,
  });
  return (status as { url?: string }).url;
}

test("a device's status says where its page is, as long as the API server would take it", () => {
  expect(urlAfter("http://cam.example:8080")).toBe("http://cam.example:8080");
  expect(urlAfter(null, { url: "http://old.example" })).toBeUndefined();
  expect(urlAfter(`http://${"a".repeat(3_000)}.example`)).toBeUndefined();
});

test("an operator that has just begun keeps the address that was known", () => {
  const known = device({ url: "http://cam.example:8080" });
  const { status } = deviceReport(known, {
    heard: undefined,
    online: false,
    lastSeenMs: 0,
    owner: undefined,
    doubt: null,
    turn: undefined,
  });
  expect(status).toMatchObject({ url: "http://cam.example:8080" });
});

const lease = (epoch: number, bytesPerSecond: number) => ({
  policy: "gate",
  term: 7,
  epoch,
  bytesPerSecond,
  floorBytesPerSecond: 0,
  endsInMs: 9_000,
});

/** The status after a heartbeat of a device that has this lease and revision; `before` is what was stored. */
function leaseAfter(
  before: object,
  held: ReturnType<typeof lease> | null,
  over: Partial<Sight> = {},
  revision = "gate-1",
) {
  const said = heartbeatOf({ policy: { name: "gate", revision } });
  const budget = { ...said.budget, bytesPerSecond: held?.bytesPerSecond ?? 0 };
  const heartbeat = { ...said, budget, lease: held };
  const heard = { heartbeat, heardMs: 0, gapMs: 0, tally: tallied(undefined, heartbeat), unservedMs: 0 };
  const sight = { heard, online: true, lastSeenMs: 0, owner: "gate", doubt: null, turn: undefined, ...over };
  const { status, findings } = deviceReport(device(before), sight);
  const conditions = (findings ?? []).map((finding) => ({ ...finding, lastTransitionTime: "2026-01-01T00:00:00Z" }));
  return { ...status, conditions } as { lease?: object };
}

test("a lease is told of in its turn, as far as there is room, and is no reason to write by itself", () => {
  const waiting = leaseAfter({}, null);
  expect(waiting.lease).toEqual({ rate: "0 bit/s" });
  expect(leaseAfter(waiting, lease(1, 1_000))).toEqual(waiting);
  const first = leaseAfter(waiting, lease(1, 1_000), { turn: 1_000 });
  expect(first.lease).toEqual({ epoch: 1, rate: "8 kbit/s" });
  expect(leaseAfter(first, lease(3, 2_000))).toEqual(first);
  expect(leaseAfter(first, lease(3, 2_000), { turn: 1_500 }).lease).toEqual({ epoch: 3, rate: "12 kbit/s" });
});

test("what else is written brings along that a device holds less, not that it holds more", () => {
  const first = leaseAfter(leaseAfter({}, null), lease(1, 1_000), { turn: 1_000 });
  expect(leaseAfter(first, lease(3, 2_000), {}, "gate-2").lease).toEqual({ epoch: 1, rate: "8 kbit/s" });
  expect(leaseAfter(first, lease(3, 500), {}, "gate-2").lease).toEqual({ epoch: 3, rate: "4 kbit/s" });
});

test("of a lease of another policy nothing is told before its turn, unless it is of nothing", () => {
  const yard = { ...leaseAfter({}, null), policy: { name: "yard" } };
  expect(leaseAfter(yard, lease(1, 1_000)).lease).toBeUndefined();
  expect(leaseAfter(yard, lease(1, 0)).lease).toEqual({ epoch: 1, rate: "0 bit/s" });
});

test("of a device that is not heard nothing is told of what it held", () => {
  const first = leaseAfter(leaseAfter({}, null), lease(1, 1_000), { turn: 1_000 });
  expect(leaseAfter(first, lease(1, 1_000), { online: false }).lease).toBeUndefined();
});
