import { type Condition, SluiceError } from "@sluice/contracts";
import { ManualClock, seededPrng, systemClock } from "@sluice/foundation";
import { type Kube as Server, startKube, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ControllerOptions, runController, sourceOf } from "./controller.ts";
import { Recorder } from "./events.ts";
import { ready, stalled, waiting } from "./outcome.ts";
import type { Conditioned, Reconciled } from "./report.ts";
import { keyOf, type Resource } from "./resource.ts";
import { type Client, client, configMaps, namespace, putMap, reflect } from "./setting.builder.ts";

interface Widget extends Conditioned {
  readonly spec: { readonly size: number };
  readonly status?: {
    readonly area?: number;
    readonly conditions?: readonly Condition[];
    readonly observedGeneration?: number;
  };
}

const widgets: Resource<Widget> = {
  apiVersion: "example.com/v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: true,
  parse(value) {
    if (typeof (value as Widget).spec?.size !== "number")
      throw new SluiceError("object-invalid", "spec.size: not a number");
    return value as Widget;
  },
};

const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const crd = {
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: "object", properties: { spec: open, status: open } } },
      },
    ],
  },
};

let server: Server;
beforeAll(async () => {
  server = await startKube({ crds: false });
  await server.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd);
  await until(async () => (await server.request("GET", "/apis/example.com/v1/widgets")).status === 200);
});
afterAll(() => server?.stop());

const path = (space: string, name = "") =>
  `/apis/example.com/v1/namespaces/${space}/widgets/${name}`.replace(/\/$/, "");
const put = (space: string, name: string, spec: object) =>
  server.request("POST", path(space), { apiVersion: "example.com/v1", kind: "Widget", metadata: { name }, spec });
const get = async (space: string, name: string): Promise<Widget> =>
  (await server.request("GET", path(space, name))).body;
const conditions = async (space: string, name: string) =>
  (await get(space, name)).status?.conditions?.map((c) => `${c.type}=${c.status} ${c.reason}`);
const events = async (space: string) =>
  (await server.request("GET", `/api/v1/namespaces/${space}/events`)).body.items.map(
    (e: { type: string; reason: string; count: number; involvedObject: { name: string } }) =>
      `${e.type} ${e.reason} ${e.involvedObject.name} ${e.count}`,
  );

interface Control extends AsyncDisposable {
  readonly one: Client;
  readonly calls: string[];
  readonly outcomes: string[];
}

/** Runs a controller of the namespace's widgets. */
async function control(
  space: string,
  reconcile: ControllerOptions<Widget>["reconcile"],
  more: Partial<ControllerOptions<Widget>> & { withMaps?: boolean } = {},
): Promise<Control> {
  const one = client(server);
  const calls: string[] = [];
  const outcomes: string[] = [];
  const end = new AbortController();
  const world = { kube: one.kube, clock: systemClock, prng: seededPrng(1), meter: one.tally };
  const recorder = new Recorder({ ...world, component: "test", instance: "test-1" });
  const { reflector, ...reflecting } = reflect(one, widgets, { selection: { namespace: space } });
  const maps = reflect(one, configMaps, { selection: { namespace: space } });
  const about = sourceOf(maps.reflector, ({ after }) => (after?.data?.["widget"] ? [after.data["widget"]] : []));
  const running = Promise.all([
    recorder.run(end.signal),
    runController<Widget>(
      {
        name: "widgets",
        ...world,
        reflector,
        recorder,
        sources: [about],
        onOutcome: (key, { kind }) => outcomes.push(`${key.split("/")[1]} ${kind}`),
        reconcile: (widget) => {
          calls.push(keyOf(widget).split("/")[1] as string);
          return reconcile(widget, end.signal);
        },
        ...more,
      },
      end.signal,
    ),
  ]);
  const stop = async () => {
    end.abort();
    await running;
    await reflecting[Symbol.asyncDispose]();
    await maps[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
  };
  return { one, calls, outcomes, [Symbol.asyncDispose]: stop };
}

const area = async ({ spec }: Widget): Promise<Reconciled> => ({
  outcome: ready("measured"),
  status: { area: spec.size ** 2 },
});
const says = (space: string, name: string, ...expected: string[]) =>
  until(async () => (await conditions(space, name))?.join() === expected.join(), {
    what: expected.join(),
  });
const writes = ({ one }: Control) => one.tally.of("sluice_operator_api_requests_total", "PATCH", "200");

describe("a controller", () => {
  test("writes status and conditions, and nothing more once all is said", async () => {
    const space = await namespace(server, "steady");
    await put(space, "w", { size: 3 });
    await using controller = await control(space, area);
    await says(space, "w", "Ready=True Succeeded");
    expect((await get(space, "w")).status).toMatchObject({ area: 9, observedGeneration: 1 });
    const { code } = await server.kubectl(["wait", "--for=condition=Ready", "-n", space, "widget/w", "--timeout=10s"]);
    expect(code).toBe(0);
    // Its own write comes back as a change, and is looked at once more.
    await until(() => controller.outcomes.length === 2);
    const written = writes(controller);
    await putMap(server, space, "poke", { widget: `${space}/w` });
    await until(() => controller.outcomes.length === 3);
    expect(writes(controller)).toBe(written);
    await server.request("PATCH", path(space, "w"), { spec: { size: 4 } });
    await until(async () => (await get(space, "w")).status?.observedGeneration === 2);
    expect((await get(space, "w")).status?.area).toBe(16);
    await until(async () => (await events(space)).includes("Normal Succeeded w 1"));
  });

  test("leaves the status of an object alone of which nothing can be said yet, and looks again", async () => {
    const space = await namespace(server, "deferred");
    await put(space, "w", { size: 3 });
    const before = await get(space, "w");
    let known = false;
    const later = { outcome: { kind: "deferred", afterMs: 20 } } as const;
    const reconcile = async (widget: Widget) => (known ? area(widget) : later);
    await using controller = await control(space, reconcile);
    await until(() => controller.outcomes.filter((outcome) => outcome === "w deferred").length > 2);
    expect(await get(space, "w")).toEqual(before);
    known = true;
    await says(space, "w", "Ready=True Succeeded");
  });

  test("writes figures that change at every look once a look, and not again for its own write that comes back", async () => {
    const space = await namespace(server, "figures");
    await put(space, "w", { size: 3 });
    let figure = 0;
    const reconcile = async (): Promise<Reconciled> => ({
      outcome: ready("measured"),
      status: { area: ++figure },
      quiet: true,
    });
    await using controller = await control(space, reconcile);
    await says(space, "w", "Ready=True Succeeded");
    for (let looks = 2; looks <= 4; looks++) {
      await putMap(server, space, `poke-${looks}`, { widget: `${space}/w` });
      await until(async () => (await get(space, "w")).status?.area === looks);
    }
    // A change of the specification comes after all echoes.
    await server.request("PATCH", path(space, "w"), { spec: { size: 4 } });
    await until(async () => (await get(space, "w")).status?.observedGeneration === 2);
    expect([controller.calls.length, writes(controller)]).toEqual([5, 5]);
  });

  test("puts a status right that was edited by hand", async () => {
    const space = await namespace(server, "edited");
    await put(space, "w", { size: 3 });
    await using _ = await control(space, area);
    await says(space, "w", "Ready=True Succeeded");
    await server.request("PATCH", `${path(space, "w")}/status`, { status: { area: 1, conditions: [], rank: "mine" } });
    await says(space, "w", "Ready=True Succeeded");
    expect((await get(space, "w")).status).toMatchObject({ area: 9 });
    expect((await get(space, "w")).status).not.toHaveProperty("rank");
  });

  test("turns what is thrown into conditions, events and retries; one bad object stops no other", async () => {
    const space = await namespace(server, "thrown");
    for (const name of ["fails", "stalls", "waits", "works"]) await put(space, name, { size: 1 });
    let broken = 3;
    await using controller = await control(space, async (widget) => {
      const { name } = widget.metadata;
      if (name === "fails" && broken-- > 0) throw new SluiceError("disconnected", "no broker");
      if (name === "stalls") return { outcome: stalled("NoDevices", "nothing matches") };
      if (name === "waits") return { outcome: waiting("Progressing", "half way", 3_600_000) };
      return area(widget);
    });
    await says(space, "works", "Ready=True Succeeded");
    await says(space, "stalls", "Ready=False NoDevices", "Stalled=True NoDevices");
    await says(space, "waits", "Ready=Unknown Progressing", "Reconciling=True Progressing");
    await says(space, "fails", "Ready=True Succeeded");
    // An attempt whose report met its own earlier report was a conflict.
    expect(controller.outcomes.filter((o) => /^fails (failed|conflict)$/.test(o))).toHaveLength(3);
    await until(async () => (await events(space)).includes("Warning Unwritable fails 1"));
    expect(await events(space)).toContain("Warning NoDevices stalls 1");
  });

  test("says of a malformed object what is wrong, once, and takes it up when it is mended", async () => {
    const space = await namespace(server, "malformed");
    await put(space, "w", { size: "big" });
    await using controller = await control(space, area);
    await says(space, "w", "Ready=False Invalid", "Stalled=True Invalid");
    const message = (await get(space, "w")).status?.conditions?.[0]?.message;
    expect(message).toMatch(/^spec\.size: not a number\. Not tried again/);
    await until(() => controller.outcomes.length === 2);
    expect([controller.calls, writes(controller)]).toEqual([[], 1]);
    await server.request("PATCH", path(space, "w"), { spec: { size: 2 } });
    await says(space, "w", "Ready=True Succeeded");
  });

  test("cleans up before an object goes, also one that became malformed", async () => {
    const space = await namespace(server, "cleaning");
    const cleaned: string[] = [];
    let refusals = 2;
    const cleanUp = async (key: string, widget: Widget | undefined) => {
      if (refusals-- > 0) throw new SluiceError("disconnected", "no broker");
      cleaned.push(`${key} ${widget?.spec.size}`);
    };
    const gone: string[] = [];
    await put(space, "w", { size: 3 });
    await using _ = await control(space, area, {
      finalizer: { name: "example.com/clean", cleanUp },
      gone: (key) => gone.push(key),
    });
    await says(space, "w", "Ready=True Succeeded");
    await server.request("PATCH", path(space, "w"), { spec: { size: "big" } });
    await says(space, "w", "Ready=False Invalid", "Stalled=True Invalid");
    await server.request("DELETE", path(space, "w"));
    await until(() => gone.length > 0);
    expect([cleaned, gone]).toEqual([[`${space}/w 3`], [`${space}/w`]]);
  });
});

describe("events", () => {
  test("notes of one object and reason are one event that is counted; an object that never stops is cut short", async () => {
    const space = await namespace(server, "events");
    await put(space, "w", { size: 1 });
    await using one = client(server);
    const clock = new ManualClock(Date.parse("2026-01-01T00:00:00Z"));
    const recorder = new Recorder({ kube: one.kube, clock, meter: one.tally, component: "test", instance: "test-1" });
    const end = new AbortController();
    const running = recorder.run(end.signal);
    const object = await get(space, "w");
    const note = (message: string, reason = "Unwritable") =>
      recorder.note({ resource: widgets, object, type: "Warning", reason, message });
    const fates = (fate: string) => one.tally.of("sluice_operator_events_total", fate);
    for (let n = 1; n <= 10; n++) note(`attempt ${n}`);
    await until(() => fates("created") === 1);
    note("attempt 11");
    clock.advance(60_000);
    await until(() => fates("counted") === 1);
    expect(await events(space)).toEqual(["Warning Unwritable w 11"]);
    const { stdout } = await server.kubectl(["get", "events", "-n", space]);
    expect(stdout).toMatch(/attempt 11/);
    for (let n = 0; n < 100; n++) note("and on", "Other");
    // 25 at once, of which eleven were used.
    expect(fates("dropped")).toBe(86);
    await until(() => fates("created") === 2);
    clock.advance(900_000);
    note("much later");
    await until(() => fates("created") === 3);
    expect((await events(space)).toSorted()).toEqual([
      "Warning Other w 14",
      "Warning Unwritable w 1",
      "Warning Unwritable w 11",
    ]);
    end.abort();
    await running;
  });
});
