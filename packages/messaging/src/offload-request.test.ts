import { offloadHeaders, SluiceError } from "@sluice/contracts";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Incoming } from "./incoming.ts";
import { frameOf, readRequest } from "./offload-request.ts";
import { requestHeaders } from "./offload-wire.ts";

const subject = "sluice.v1.infer.m.cam1.gate";
const payload = Uint8Array.from([0xff, 0xd8]);
const headers = requestHeaders({ stream: "gate", frame: 5, jpeg: payload, deadlineMs: 1_800_000_000_000 });
const read = (message: Partial<Incoming>) => readRequest({ headers, payload, subject, ...message } as Incoming);

describe("a request's headers", () => {
  it("are read as they were written", () => {
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const fields = { device: "cam1", stream: "gate", frame: 5, deadlineMs: 1_800_000_000_000 };
    expect(read({ headers: { ...headers, traceparent } })).toMatchObject({
      ok: true,
      value: { ...fields, traceparent },
    });
    const part = { left: 160, top: 0, width: 640, height: 480 };
    const partly = requestHeaders({ stream: "gate", frame: 5, jpeg: payload, deadlineMs: 1_800_000_000_000, part });
    expect(read({ headers: partly })).toMatchObject({ ok: true, value: { ...fields, part } });
    expect(read({ headers: { ...headers, traceparent: "garbage" } })).toMatchObject({ ok: true, value: fields });
  });

  it.each([
    [offloadHeaders.version, undefined, "bad-request"],
    [offloadHeaders.version, "one", "bad-request"],
    [offloadHeaders.version, "2", "unsupported-version"],
    [offloadHeaders.frame, undefined, "bad-request"],
    [offloadHeaders.frame, "-1", "bad-request"],
    [offloadHeaders.frame, "9999999999999999", "bad-request"],
    [offloadHeaders.deadline, "soon", "bad-request"],
    [offloadHeaders.contentType, "text/html", "bad-request"],
    [offloadHeaders.part, "", "bad-request"],
    [offloadHeaders.part, "1,2,3", "bad-request"],
    [offloadHeaders.part, "0,0,640,480,1", "bad-request"],
    [offloadHeaders.part, "640,0,640,480", "bad-request"],
    [offloadHeaders.part, "-1,0,640,480", "bad-request"],
    [offloadHeaders.part, "0,0,9000000,9000000", "bad-request"],
  ])("are refused when %s is %s, by its name", (name, value, code) => {
    const { [name]: _, ...others } = headers;
    const changed = value === undefined ? others : { ...others, [name]: value };
    const request = read({ headers: changed });
    expect(request).toMatchObject({ ok: false, error: expect.any(SluiceError) });
    expect(request).toMatchObject({ error: { code, message: expect.stringContaining(name) } });
  });

  it("need a picture, and names that name", () => {
    const empty = read({ payload: new Uint8Array() });
    expect(empty).toMatchObject({ error: { code: "bad-request", message: expect.stringContaining("empty") } });
    expect(read({ subject: "sluice.v1.infer.m.CAM.gate" })).toMatchObject({ error: { code: "bad-request" } });
    expect(frameOf({ [offloadHeaders.frame]: "x" })).toBeNull();
  });

  it("never make the reader throw, whatever they are", () => {
    const value = fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom("1", "image/jpeg", "7"));
    const names = fc.constantFrom(...Object.values(offloadHeaders), "__proto__");
    const anything = fc.record({
      headers: fc.dictionary(names, value),
      payload: fc.uint8Array({ maxLength: 8 }),
      subject: fc.oneof(fc.string(), fc.constant(subject)),
    });
    const outcomes = ["taken", "bad-request", "unsupported-version"];
    fc.assert(
      fc.property(anything, (message) => {
        const request = read(message);
        expect(outcomes).toContain(request.ok ? "taken" : request.error.code);
        expect(!request.ok || (Number.isSafeInteger(request.value.frame) && request.value.payload.length > 0)).toBe(
          true,
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
