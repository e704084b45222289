import { until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Load } from "../load.builder.ts";
import {
  corrected,
  expectCameraToGoOn,
  helm,
  isLacking,
  kubectl,
  patience,
  podField,
  report,
  reports,
  settled,
  why,
} from "./fleet.ts";
import { nextChart, nextField, nextVersion, tagNextImages } from "./next.ts";
import { expectNoneLost, loadFromOutside } from "./outside.ts";

const someFrames = 25;
const requestsPerSecond = 1;
const deadlineMs = 5_000;
const wait = ["--reset-then-reuse-values", "--wait", "--timeout", "3m"];
const password = (device: string) => kubectl("get", "secret", "sluice-nats", "-o", `jsonpath={.data.${device}}`);
const properties = "{.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties";
const typeOfField = () =>
  kubectl("get", "crd", "offloadpolicies.sluice.dev", "-o", `jsonpath=${properties}.${nextField}.type}`);

/** Waits until all that runs the cloud's models is of a version, and nothing of another one is left. */
async function cloudIsOf(version: string): Promise<void> {
  const images = () =>
    kubectl(
      "get",
      "pods",
      "-l",
      "app.kubernetes.io/name=sluice-inference",
      "-o",
      "jsonpath={..spec.containers[*].image}",
    );
  const renewed = async () => (await images()).split(" ").every((image) => image.endsWith(`:${version}`));
  await until(renewed, { ...patience, what: `a cloud of version ${version}` });
}

/** Offloads of each device that ended without a word, so far. */
async function wordless(): Promise<object[]> {
  const offloads = (await reports()).map((one) => one.streams[0]!.offloads);
  return offloads.map(({ lost = 0, expired = 0, invalid = 0 }) => ({ lost, expired, invalid }));
}

let load: Load;

describe.skipIf(isLacking)(`helm on a fleet at work${why}`, () => {
  beforeAll(async () => {
    await settled();
    tagNextImages();
    load = await loadFromOutside(deadlineMs);
  });
  afterAll(() => load?.[Symbol.asyncDispose]());

  test("the hub gets its next version and goes back under load: cameras go on, and no offload is lost", async () => {
    const before = await report("gate");
    const [kept, broker, wordlessBefore] = await Promise.all([
      password("gate"),
      podField("sluice-nats", ".metadata.uid"),
      wordless(),
    ]);
    load.rate = requestsPerSecond;
    helm("upgrade", "sluice", nextChart("sluice"), ...wait);
    await cloudIsOf(nextVersion);
    expect(await typeOfField()).toBe("string");
    await expectCameraToGoOn("gate", before, someFrames);
    await corrected();

    helm("rollback", "sluice", "1", "--wait", "--timeout", "3m");
    await cloudIsOf("0.1.0");
    expect(await typeOfField()).toBe("");
    await expectCameraToGoOn("gate", await report("gate"), someFrames);
    await settled();
    await corrected();

    await expectNoneLost(load);
    expect(await wordless()).toEqual(wordlessBefore);
    expect((await report("gate")).startedAtMs).toBe(before.startedAtMs);
    expect(await password("gate")).toBe(kept);
    expect(await podField("sluice-nats", ".metadata.uid"), "the same broker").toBe(broker);
  });

  test("a site gets its next version and goes back: devices hold what they held and learned", async () => {
    const before = await report("gate");
    helm("upgrade", "site", nextChart("sluice-edge"), ...wait);
    expect(await podField("sluice-edge,sluice.dev/device=gate", ".spec.containers[0].image")).toContain(nextVersion);
    await settled();
    helm("rollback", "site", "1", "--wait", "--timeout", "3m");
    await settled();
    await corrected();
    const after = await report("gate");
    expect(after.startedAtMs).toBeGreaterThan(before.startedAtMs);
    expect(after.policy).toEqual(before.policy);
    expect(after.lease!.term).toBeGreaterThanOrEqual(before.lease!.term);
    const samples = (one: typeof after) => one.streams[0]!.agreement.samples;
    expect(samples(after), "audits that it remembers").toBeGreaterThanOrEqual(samples(before));
  });

  test("a device that is added to the hub gets a password, and the broker lets the others stay", async () => {
    helm("upgrade", "sluice", "charts/sluice", ...wait, "--set", "nats.devices={gate,crossroads,load,drone}");
    expect(await password("drone")).not.toBe("");
    await settled();
    await corrected();
  });

  test("values with a typing error are refused with their name", () => {
    const typo = ["--set", "operator.replica=3"];
    expect(() => helm("upgrade", "sluice", "charts/sluice", ...wait, ...typo)).toThrow(/replica/);
  });
});
