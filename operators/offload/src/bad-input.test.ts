import { conditionReasons, leaseBucket, policyBucket } from "@sluice/contracts";
import { systemClock } from "@sluice/foundation";
import { Bucket, connectLink, type Link } from "@sluice/messaging";
import { until } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device, Response } from "./device.builder.ts";
import { SimpleDevice } from "./leases/device.builder.ts";
import { openLeaseBucket } from "./leases/lease-bucket.ts";
import { Site } from "./site.builder.ts";

/** What passes every schema and is wrong all the same: each row is told of where it is, beside a policy that must go on. */
interface Row {
  readonly what: string;
  /** Makes it; all objects are called `bad`, and all devices of it have the label `row: NAME`. */
  make(name: string): Promise<void>;
  /** Kind, condition, and what it says; the event has the same reason. */
  readonly told: readonly (readonly [Kind, string, string])[];
  /** It is put right at once: the event alone stays. */
  readonly passing?: true;
}
type Kind = Parameters<Site["condition"]>[0];

let site: Site;
let link: Link;
let healthy: Device[];

const backendRef = { name: "cloud" };
const mine = (name: string) => ({ matchLabels: { row: name } });
const device = (name: string, response?: Response) => site.device(name, response, { row: name });
const policy = (name: string, spec: object = {}) =>
  site.create("OffloadPolicy", name, { backendRef, selector: mine(name), ...spec });
const model = (name: string) =>
  site.create("InferenceModel", name, {
    uri: "https://example.com/edge.onnx",
    sha256: "e".repeat(64),
    task: "detection",
    family: "peaks",
    input: { width: 64, height: 64 },
    classes: ["car"],
  });

/** A policy whose edge model its device will not run. */
async function unloadable(name: string, refuses: string, code: "model-digest-mismatch" | "model-unloadable") {
  await model(name);
  await device(name, ({ edgeModel }) => (edgeModel ? { refuses, code } : { agreement: 0.9 }));
  await policy(name, { edgeModelRef: { name } });
}

/** A device that speaks the lease protocol, and counts what it never sent. */
async function liar(name: string): Promise<void> {
  await device(name);
  await policy(name);
  const bucket = openLeaseBucket(link);
  const one = new SimpleDevice(name, name, bucket);
  await until(() => one.rate > 0, { timeoutMs: 30_000, what: "its lease" });
  one.bytes = 9e12;
  one.reportNow();
  ends.push(() => {
    one.stop();
    bucket.close();
  });
}
const ends: (() => void)[] = [];

async function scribble(name: string): Promise<void> {
  await device(name);
  await policy(name);
  await site.untilCondition("OffloadPolicy", name, "True Succeeded");
  const status = { rollout: { phase: "Held", step: "7/9", reach: 3 } };
  const args = ["patch", "olp", name, "--subresource=status", "--type=merge", "-p", JSON.stringify({ status })];
  expect((await site.kube.kubectl(args)).code).toBe(0);
}

async function wipe(name: string): Promise<void> {
  const one = await device(name);
  await policy(name);
  await site.untilCondition("OffloadPolicy", name, "True Succeeded", "BudgetHeld");
  for (const bucket of [leaseBucket.name, policyBucket.name]) {
    const gone = new Bucket(link, { name: bucket, description: "", maxBytes: 1 << 20 });
    await gone.with(({ kv }) => kv.destroy());
    gone.close();
  }
  const before = one.history.length;
  await until(() => one.history.length > before, { timeoutMs: 30_000, what: "its document again" });
}

const rows: readonly Row[] = [
  {
    what: "a selector that matches nothing",
    make: (name) => policy(name),
    told: [["OffloadPolicy", "Ready", "Unknown NoDevices"]],
  },
  {
    what: "a model that no device can run",
    make: (name) => unloadable(name, "no such operator", "model-unloadable"),
    told: [
      ["InferenceModel", "Ready", "False ModelUnsuitable"],
      ["OffloadPolicy", "Ready", "False RolledBack"],
    ],
  },
  {
    what: "a device that refuses with more words than a status holds",
    make: (name) => unloadable(name, "no ".repeat(5_000), "model-unloadable"),
    told: [
      ["InferenceModel", "Ready", "False ModelUnsuitable"],
      ["OffloadPolicy", "Ready", "False RolledBack"],
    ],
  },
  {
    what: "a digest that never matches",
    make: (name) => unloadable(name, "another sha256", "model-digest-mismatch"),
    told: [
      ["InferenceModel", "Ready", "False DigestMismatch"],
      ["OffloadPolicy", "Ready", "False RolledBack"],
    ],
  },
  {
    what: "floors that exceed the budget",
    make: async (name) => {
      await device(name);
      await policy(name, { budget: { rate: "8kbit/s", floor: "80kbit/s" } });
    },
    told: [["OffloadPolicy", "BudgetHeld", "False FloorExceedsBudget"]],
  },
  {
    what: "a backend that does not answer",
    make: async (name) => {
      await device(name);
      const external = { url: "http://127.0.0.1:9" };
      await site.create("InferenceBackend", name, { modelRef: { name: "large" }, external });
      await policy(name, { backendRef: { name } });
    },
    told: [
      ["InferenceBackend", "Ready", "False Unreachable"],
      ["OffloadPolicy", "BackendReady", "False BackendNotReady"],
    ],
  },
  {
    what: "a zone that no stream has",
    make: async (name) => {
      await device(name);
      await policy(name, { focus: { zones: ["nowhere"] } });
    },
    told: [["OffloadPolicy", "ZonesFound", "False ZoneNotFound"]],
  },
  {
    what: "a mask of a stream that the device does not have",
    make: async (name) => {
      const polygon = "0,0 0.5,0 0.5,1";
      await device(name);
      await policy(name);
      await site.patch("EdgeDevice", name, {
        spec: { streams: [{ name: "attic", masks: [{ name: "bed", polygon }] }] },
      });
    },
    told: [["EdgeDevice", "Masked", "False StreamNotFound"]],
  },
  {
    what: "a model that is not there",
    make: (name) => policy(name, { edgeModelRef: { name: "nothing" } }),
    told: [["OffloadPolicy", "Ready", "False ModelNotFound"]],
  },
  {
    what: "a backend that is not there",
    make: (name) => policy(name, { backendRef: { name: "nothing" } }),
    told: [["OffloadPolicy", "Ready", "False BackendNotFound"]],
  },
  {
    what: "a device that lies about its usage",
    make: liar,
    told: [["EdgeDevice", "Plausible", "False UsageImplausible"]],
  },
  {
    what: "a status edited by hand",
    make: scribble,
    told: [["OffloadPolicy", "Ready", "Unknown StatusEdited"]],
    passing: true,
  },
  { what: "buckets that are wiped", make: wipe, told: [["OffloadPolicy", "BudgetHeld", "Unknown LeasesLost"]] },
];

interface Told {
  readonly involvedObject: { readonly kind: string; readonly name: string };
  readonly reason: string;
}
async function hasEvent(kind: Kind, name: string, reason: string): Promise<boolean> {
  const { stdout } = await site.kube.kubectl(["get", "events", "-o", "json"]);
  const { items } = JSON.parse(stdout) as { items: readonly Told[] };
  return items.some((event) => {
    const { kind: of, name: called } = event.involvedObject;
    return of === kind && called === name && event.reason === reason;
  });
}

/** The healthy policy takes an edit to all of its devices. */
async function goesOn(share: number): Promise<void> {
  await site.patch("OffloadPolicy", "well", { spec: { audit: { share: String(share) } } });
  const everywhere = () => healthy.every(({ document }) => document?.audit.share === share);
  await until(everywhere, { timeoutMs: 30_000, what: "the healthy policy's edit" });
  await site.untilCondition("OffloadPolicy", "well", "True Succeeded");
}

beforeAll(async () => {
  site = await Site.start();
  link = await connectLink({ servers: [site.nats.url], name: "test", clock: systemClock });
  healthy = await Promise.all(["a", "b"].map((name) => site.device(`well-${name}`, undefined, { row: "well" })));
  await site.operator("one");
  await policy("well");
  await site.untilCondition("OffloadPolicy", "well", "True Succeeded");
}, 120_000);
afterAll(async () => {
  for (const end of ends) end();
  await link.close();
  await site[Symbol.asyncDispose]();
});

test.each(rows.map((row, i) => [row.what, row, i] as const))(
  "%s is told of, and stops nobody else",
  async (_, row, i) => {
    const name = `row-${i}`;
    await row.make(name);
    for (const [kind, type, said] of row.told) {
      const reason = said.split(" ")[1]!;
      if (!row.passing) await site.untilCondition(kind, name, said, type);
      await until(() => hasEvent(kind, name, reason), { timeoutMs: 30_000, what: `${kind}'s event ${reason}` });
    }
    await goesOn((i + 1) / 100);
    if (row.passing) await site.untilCondition("OffloadPolicy", name, "True Succeeded");
    expect(row.told.every(([, , said]) => Object.hasOwn(conditionReasons, said.split(" ")[1]!))).toBe(true);
  },
  120_000,
);
