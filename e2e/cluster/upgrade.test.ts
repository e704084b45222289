import { beforeAll, describe, expect, test } from "vitest";
import { corrected, expectCameraToGoOn, helm, isLacking, kubectl, report, settled, why } from "./fleet.ts";

const someFrames = 25;
const argument = () =>
  kubectl("get", "deploy", "sluice-operator", "-o", "jsonpath={.spec.template.spec.containers[0].env}");
const upgraded = ["upgrade", "sluice", "charts/sluice", "--reset-then-reuse-values", "--wait", "--timeout", "3m"];

describe.skipIf(isLacking)(`helm on a fleet at work${why}`, () => {
  beforeAll(settled);

  test("the hub is upgraded and rolled back: cameras go on, passwords stay, corrections come", async () => {
    const before = await report("gate");
    const password = await kubectl("get", "secret", "sluice-nats", "-o", "jsonpath={.data.gate}");
    helm(...upgraded, "--set", "operator.logLevel=debug");
    expect(await argument()).toContain("debug");
    await expectCameraToGoOn("gate", before, someFrames);
    await corrected();
    helm("rollback", "sluice", "1", "--wait", "--timeout", "3m");
    expect(await argument()).not.toContain("debug");
    await expectCameraToGoOn("gate", await report("gate"), someFrames);
    await settled();
    await corrected();
    expect((await report("gate")).startedAtMs).toBe(before.startedAtMs);
    expect(await kubectl("get", "secret", "sluice-nats", "-o", "jsonpath={.data.gate}")).toBe(password);
  });

  test("a device that is added to the hub gets a password, and the broker lets the others stay", async () => {
    helm(...upgraded, "--set", "nats.devices={gate,crossroads,drone}");
    expect(await kubectl("get", "secret", "sluice-nats", "-o", "jsonpath={.data.drone}")).not.toBe("");
    await settled();
    await corrected();
  });

  test("values with a typing error are refused with their name", () => {
    expect(() => helm(...upgraded, "--set", "operator.replica=3")).toThrow(/replica/);
  });
});
