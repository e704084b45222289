import { type NatsServer, startNats } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startService, total, unaccounted } from "./service.builder.ts";

let nats: NatsServer;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

async function setUp() {
  const { service, ...rest } = await startService(nats.url);
  const get = async (path: string) => {
    const response = await fetch(`${service.url}${path}`);
    return { status: response.status, body: await response.json() };
  };
  const post = async (path: string, payload: unknown) => {
    const body = typeof payload === "string" ? payload : JSON.stringify(payload);
    const response = await fetch(`${service.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    return { status: response.status, body: await response.json() };
  };
  return { ...rest, service, get, post };
}

const infer = "/v2/models/lantern/infer";
const size = 3 * 32 * 64;
const grey = (level: number, count = size) => Array.from({ length: count }, () => level);
const image = (more: object = {}) => ({
  inputs: [{ name: "images", shape: [1, 3, 32, 64], datatype: "FP32", data: grey(0.5), ...more }],
});

describe("Open Inference Protocol v2", () => {
  test("health and metadata", async () => {
    const { get } = await setUp();
    expect(await get("/v2")).toEqual({ status: 200, body: { name: "sluice", version: "0.1.0", extensions: [] } });
    expect(await get("/v2/health/live")).toEqual({ status: 200, body: { live: true } });
    expect(await get("/v2/health/ready")).toEqual({ status: 200, body: { ready: true } });
    expect(await get("/v2/models/lantern/ready")).toEqual({ status: 200, body: { name: "lantern", ready: true } });
    expect(await get("/v2/models/lantern")).toEqual({
      status: 200,
      body: {
        name: "lantern",
        platform: "onnx_onnxv1",
        inputs: [{ name: "images", datatype: "FP32", shape: [-1, 3, 32, 64] }],
        outputs: [
          { name: "scores", datatype: "FP32", shape: [-1, 2, 4, 8] },
          { name: "boxes", datatype: "FP32", shape: [-1, 4, 4, 8] },
        ],
      },
    });
  });

  test("infer gives the graph's own outputs, those that were asked for, and the request's id", async () => {
    const { post, metrics } = await setUp();
    const { status, body } = await post(infer, { id: "42", ...image(), outputs: [{ name: "scores" }] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: "42", model_name: "lantern" });
    expect(body.outputs.map((o: { name: string }) => o.name)).toEqual(["scores"]);
    const [scores] = body.outputs;
    expect(scores).toMatchObject({ datatype: "FP32", shape: [1, 2, 4, 8] });
    // Class 1, row 2, column 3: 0.8 × the brightness.
    expect(scores.data[32 + 2 * 8 + 3]).toBeCloseTo(0.4, 3);
    const nested = Array.from({ length: 3 }, () => Array.from({ length: 32 }, () => grey(1, 64)));
    const whole = await post(infer, image({ data: [nested] }));
    expect(whole.body.outputs).toHaveLength(2);
    expect(whole.body.outputs[0].data[51]).toBeCloseTo(0.8, 3);
    const samples = await metrics();
    expect(samples['sluice_inference_answered_total{model="lantern",transport="http"}']).toBe(2);
  });

  test("what is wrong is said, with the protocol's error and the right status, and the books balance", async () => {
    const { post, get, metrics } = await setUp();
    const cases: [string, unknown, number, RegExp][] = [
      ["/v2/models/none/infer", image(), 404, /no model "none".*lantern/],
      [infer, "{ no json", 400, /JSON/],
      [infer, [], 400, /JSON object/],
      [infer, { inputs: [] }, 400, /one tensor/],
      [infer, image({ name: "other" }), 400, /inputs\[0\].name must be "images"/],
      [infer, image({ datatype: "UINT8" }), 400, /datatype must be FP32/],
      [infer, image({ shape: [1, 3, 64, 32] }), 400, /shape must be \[1, 3, 32, 64\]/],
      [infer, image({ data: grey(0, 5) }), 400, /has 5 numbers, the shape needs 6144/],
      [infer, image({ data: grey(0, size + 9) }), 400, /has 6153 numbers/],
      [infer, image({ data: ["x"] }), 400, /finite numbers/],
      [infer, image({ data: grey(1e300) }), 400, /finite numbers/],
      [infer, { ...image(), outputs: [{ name: "nonsense" }] }, 400, /scores, boxes/],
      [infer, { ...image(), id: 4 }, 400, /id must be a string/],
      [infer, `"${"x".repeat(33 << 20)}"`, 413, /limit is 33554432 bytes/],
    ];
    for (const [path, payload, status, message] of cases) {
      const answer = await post(path, payload);
      expect([answer.status, answer.body.error]).toEqual([status, expect.stringMatching(message)]);
    }
    expect((await get("/v2/models/none")).status).toBe(404);
    const samples = await metrics();
    expect(total(samples, "sluice_inference_refused_total{")).toBe(cases.length);
    expect(total(samples, 'sluice_inference_refused_total{model="(unknown)"')).toBe(1);
    expect(unaccounted(samples)).toBe(0);
  });
});
