import { edgeDeviceSchema } from "@sluice/contracts";
import { expect, test } from "vitest";
import { heartbeatOf } from "../telemetry/heartbeat.builder.ts";
import { tallied } from "../telemetry/readings.ts";
import { deviceReport } from "./status.ts";

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
  });
  expect(status).toMatchObject({ url: "http://cam.example:8080" });
});
